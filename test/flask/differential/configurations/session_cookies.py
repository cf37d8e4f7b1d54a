"""Session cookies that are old, foreign, broken or sent twice; and SECRET_KEY_FALLBACKS."""

from flask import request, session

from common import OLD_KEY, new_app, show


def create():
    app = new_app()
    app.config["SECRET_KEY_FALLBACKS"] = [OLD_KEY]

    @app.route("/read")
    def read():
        return show(dict(session))

    @app.route("/untouched")
    def untouched():
        return "untouched"

    @app.route("/set")
    def put():
        session["b"] = 2
        return show(dict(session))

    @app.route("/raw")
    def raw():
        return str("session" in request.cookies)

    return app
