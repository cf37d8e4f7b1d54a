"""TRUSTED_HOSTS."""

from flask import request, url_for

from common import new_app


def create():
    app = new_app()
    app.config["TRUSTED_HOSTS"] = ["good.test", ".sub.test", "localhost"]

    @app.route("/")
    def home():
        return request.host + " " + url_for("home", _external=True)

    @app.route("/quiet")
    def quiet():
        return "quiet"

    @app.errorhandler(400)
    def bad(error):
        return "a bad host", 400

    return app
