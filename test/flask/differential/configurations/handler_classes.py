"""Error handlers by class and status, of blueprints and of the application, and handlers that fail."""

from flask import Blueprint, Response, abort, g, make_response
from werkzeug.exceptions import HTTPException

from common import new_app


class Base(Exception):
    pass


class Derived(Base):
    pass


class Other(Exception):
    pass


class Unhandled(Exception):
    pass


class Teapot(HTTPException):
    code = 418
    description = "own words"


def raiser(error):
    def view():
        raise error

    return view


def create():
    app = new_app()

    def aborts(*args, **kwargs):
        def view():
            abort(*args, **kwargs)

        return view

    for place in (app, Blueprint("bp", __name__, url_prefix="/bp"), Blueprint("inner", __name__, url_prefix="/inner")):
        rules = {
            "base": raiser(Base("b")),
            "derived": raiser(Derived("d")),
            "other": raiser(Other("o")),
            "unhandled": raiser(Unhandled("u")),
            "key": raiser(KeyError("k")),
            "zero": lambda: str(1 // 0),
            "teapot": raiser(Teapot()),
            "a404": aborts(404),
            "a400": aborts(400),
            "a401": aborts(401),
            "a403": aborts(403, "why"),
            "a405": aborts(405),
            "a409": aborts(409, description="conflict"),
            "a410": aborts(410),
            "a418": aborts(418),
            "a429": aborts(429),
            "a500": aborts(500),
            "a503": aborts(503),
            "aresponse": aborts(Response("ready", 401, {"X-A": "1"})),
            "amade": lambda: abort(make_response("made", 402)),
        }
        for name, view in rules.items():
            place.add_url_rule("/" + name, name, view)
        if place is app:
            outer = app
        elif place.name == "bp":
            bp = place
        else:
            inner = place

    @app.errorhandler(Base)
    def on_base(error):
        return "app base " + type(error).__name__, 500

    @app.errorhandler(404)
    def on_404(error):
        return "app 404", 404

    @app.errorhandler(403)
    def on_403(error):
        return "app 403", 404

    @app.errorhandler(410)
    def on_410(error):
        return {"error": "gone"}, 410, {"X-Gone": "1"}

    @app.errorhandler(409)
    def on_409(error):
        raise Other("in handler")

    @app.errorhandler(429)
    def on_429(error):
        abort(503)

    @app.errorhandler(Other)
    def on_other(error):
        return Response("app other", 422)

    @app.errorhandler(500)
    def on_500(error):
        original = getattr(error, "original_exception", None)
        return "app 500 " + (("http" if isinstance(original, HTTPException) else type(original).__name__) if original else "none"), 500

    @bp.errorhandler(404)
    def bp_404(error):
        return "bp 404", 404

    @bp.errorhandler(Derived)
    def bp_derived(error):
        return "bp derived", 501

    @bp.errorhandler(HTTPException)
    def bp_http(error):
        return "bp http " + str(error.code), error.code

    @inner.errorhandler(Base)
    def inner_base(error):
        return "inner base", 502

    @inner.errorhandler(Exception)
    def inner_any(error):
        if isinstance(error, HTTPException):
            return error
        return "inner any " + type(error).__name__, 500

    @inner.errorhandler(401)
    def inner_401(error):
        return "inner 401 " + error.name, 401

    @app.after_request
    def after(response):
        response.headers["X-After"] = str(response.status_code)
        return response

    @app.teardown_request
    def teardown(error):
        g.error = error

    bp.register_blueprint(inner)
    app.register_blueprint(bp)
    return app
