"""No static folder at all, and a view in its place."""

from common import new_app


def create():
    app = new_app(static_folder=None)
    app.add_url_rule("/static/<path:filename>", "static", lambda filename: "own " + filename)
    return app
