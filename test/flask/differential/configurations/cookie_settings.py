"""Every SESSION_COOKIE setting."""

from flask import session

from common import new_app, show


def create():
    app = new_app()
    app.config.update(
        SESSION_COOKIE_NAME="app_session",
        SESSION_COOKIE_DOMAIN="example.com",
        SESSION_COOKIE_PATH="/s",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PARTITIONED=True,
        PERMANENT_SESSION_LIFETIME=3600,
    )

    @app.route("/set")
    def put():
        session["a"] = 1
        return "set"

    @app.route("/permanent")
    def permanent():
        session.permanent = True
        session["a"] = 1
        return "set"

    @app.route("/clear")
    def clear():
        session.clear()
        return "cleared"

    @app.route("/s/read")
    def read():
        return show(dict(session))

    return app
