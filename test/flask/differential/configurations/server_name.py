"""SERVER_NAME, APPLICATION_ROOT and PREFERRED_URL_SCHEME."""

from flask import redirect, request, session, url_for

from common import new_app, show


def create():
    app = new_app()
    app.config.update(SERVER_NAME="example.com", APPLICATION_ROOT="/app", PREFERRED_URL_SCHEME="https")

    @app.route("/")
    def home():
        return show([request.path, request.script_root, request.url, request.base_url, request.url_root, request.host, url_for("user", name="ada"), url_for("user", name="ada", _external=True)])

    @app.route("/user/<name>")
    def user(name):
        session["name"] = name
        return name

    @app.route("/folder/")
    def folder():
        return "folder"

    @app.route("/go")
    def go():
        return redirect(url_for("home"))

    with app.app_context():
        addresses = url_for("home") + " " + url_for("user", name="ada")

    @app.route("/outside")
    def outside():
        return addresses

    return app
