"""Sub-domains with a port, redirects and addresses, and the list of rules."""

from flask import Blueprint, redirect, request, url_for
from flask.cli import routes_command

from common import new_app, show


def create():
    app = new_app(subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.com:8080"
    app.config["PREFERRED_URL_SCHEME"] = "https"
    outer = Blueprint("outer", __name__, subdomain="outer", url_prefix="/o")
    inner = Blueprint("inner", __name__, subdomain="inner", url_prefix="/i")

    def view(**values):
        return show([request.endpoint, values, request.host, request.path, request.url_root])

    app.add_url_rule("/", "home", view)
    app.add_url_rule("/slash/", "slash", view)
    app.add_url_rule("/slash/", "subslash", view, subdomain="<sub>")
    app.add_url_rule("/d/", "page", view, defaults={"n": 1}, subdomain="api")
    app.add_url_rule("/d/<int:n>", "page", view, subdomain="api")
    app.add_url_rule("/only", "fixed", view, subdomain="www")
    app.add_url_rule("/only", "variable", view, subdomain="<int:sub>")
    app.add_url_rule("/both", "both", view)
    app.add_url_rule("/both", "bothapi", view, subdomain="api")
    app.add_url_rule("/x", "dashed", view, subdomain="<a>-<b>")
    outer.add_url_rule("/page", "page", view)
    inner.add_url_rule("/page", "page", view)

    CALLS = {
        "home": ("home", {}),
        "subslash": ("subslash", {"sub": "x"}),
        "subslashapi": ("subslash", {"sub": "api"}),
        "page": ("page", {}),
        "page2": ("page", {"n": 2}),
        "fixed": ("fixed", {}),
        "variable": ("variable", {"sub": 5}),
        "outer": ("outer.page", {}),
        "inner": ("outer.inner.page", {}),
        "external": ("home", {"_external": True}),
        "scheme": ("fixed", {"_scheme": "http"}),
        "static": ("static", {"filename": "x.css"}),
    }

    def make(name, sub=None):
        endpoint, values = CALLS[name]
        return url_for(endpoint, **values)

    app.add_url_rule("/make/<name>", "make", make)
    app.add_url_rule("/make/<name>", "makesub", make, subdomain="<sub>")

    @app.route("/outside/<name>")
    def outside(name):
        with app.app_context():
            pass
        return show([request.host_url])

    @app.route("/routes")
    def routes():
        return app.test_cli_runner().invoke(routes_command, request.args.getlist("a")).output

    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    return app
