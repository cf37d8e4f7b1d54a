"""Subdomains."""

from flask import Blueprint, url_for

from common import new_app, show


def create():
    app = new_app(subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.com"
    api = Blueprint("api", __name__, subdomain="api")

    @app.route("/")
    def home():
        return show(["home", url_for("home"), url_for("api.index"), url_for("user", name="ada")])

    @app.route("/", subdomain="<name>")
    def user(name):
        return show(["user", name, url_for("user", name=name), url_for("home"), url_for("user", name="bob")])

    @api.route("/")
    def index():
        return show(["api", url_for(".index"), url_for("home")])

    app.register_blueprint(api)
    return app
