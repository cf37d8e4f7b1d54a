"""Another static folder, its address, and the age of its files."""

from flask import url_for

from common import FOLDER, new_app, show


def create():
    app = new_app(static_folder=str(FOLDER / "static" / "folder"), static_url_path="/assets")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600

    @app.route("/")
    def home():
        return show([url_for("static", filename="index.html"), app.static_url_path, app.has_static_folder])

    return app
