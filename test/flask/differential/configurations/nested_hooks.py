"""Hooks and signals of nested blueprints, and their order."""

import flask
from flask import Blueprint, Response, abort, after_this_request, g, request, session

from common import new_app, show

log = []


def create():
    app = new_app()
    log.clear()
    outer = Blueprint("outer", __name__, url_prefix="/outer")
    inner = Blueprint("inner", __name__, url_prefix="/inner")
    twin = Blueprint("inner", __name__, url_prefix="/twin")

    def hooks(place, name):
        @place.before_request
        def before():
            log.append("before " + name)
            if request.args.get("stop") == name:
                return "stopped by " + name
            if request.args.get("fail") == "before-" + name:
                raise LookupError(name)
            if request.args.get("abort") == name:
                abort(409)

        @place.after_request
        def after(response):
            log.append("after " + name)
            if request.args.get("fail") == "after-" + name:
                raise LookupError(name)
            if request.args.get("replace") == name:
                return Response("replaced by " + name, 203)
            response.headers.add("X-After", name)
            return response

        @place.teardown_request
        def teardown(error):
            log.append(f"teardown {name} {error}")
            if request.args.get("fail") == "teardown-" + name:
                raise LookupError(name)

        @place.url_value_preprocessor
        def values(endpoint, values):
            log.append(f"values {name} {endpoint} {values}")

        @place.url_defaults
        def defaults(endpoint, values):
            log.append(f"defaults {name} {endpoint}")

        @place.context_processor
        def context():
            log.append("context " + name)
            return {"word": name, name: True}

    hooks(app, "app")
    hooks(outer, "outer")
    hooks(inner, "inner")

    @outer.before_app_request
    def before_all():
        log.append("before all")

    @inner.after_app_request
    def after_all(response):
        log.append("after all")
        return response

    @outer.teardown_app_request
    def teardown_all(error):
        log.append("teardown all")

    @app.teardown_appcontext
    def appcontext(error):
        log.append("appcontext " + str(error))

    def view():
        log.append("view")

        @after_this_request
        def one(response):
            log.append("this one")
            return response

        @after_this_request
        def two(response):
            log.append("this two")
            response.headers["X-This"] = "two"
            return response

        if request.args.get("fail") == "view":
            raise LookupError("view")
        if request.args.get("abort") == "view":
            abort(410)
        if request.args.get("template"):
            return flask.render_template_string("{{ word }} {{ app }} {{ outer }} {{ inner }}")
        if request.args.get("url"):
            return flask.url_for("outer.inner.view") + flask.url_for("view")
        return "view"

    app.add_url_rule("/view", "view", view)
    outer.add_url_rule("/view", "view", view)
    inner.add_url_rule("/view", "view", view)
    twin.add_url_rule("/view", "view", view)
    inner.add_url_rule("/<int:id>", "id", lambda id: str(id))
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    app.register_blueprint(twin)

    @app.route("/log")
    def read():
        found = show(log[:-3])
        log.clear()
        return found

    @app.errorhandler(LookupError)
    def lookup(error):
        return "lookup " + str(error), 500

    @app.before_request
    def reset():
        if request.path == "/log":
            g.keep = True

    return app
