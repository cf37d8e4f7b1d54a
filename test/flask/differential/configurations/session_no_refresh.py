"""SESSION_REFRESH_EACH_REQUEST = False, and a lifetime as a timedelta."""

from datetime import timedelta

from flask import session

from common import new_app


def create():
    app = new_app()
    app.config.update(SESSION_REFRESH_EACH_REQUEST=False, PERMANENT_SESSION_LIFETIME=timedelta(hours=2))

    @app.route("/set")
    def put():
        session.permanent = True
        session["a"] = 1
        return "set"

    @app.route("/read")
    def read():
        return str(session.get("a"))

    @app.route("/untouched")
    def untouched():
        return "untouched"

    return app
