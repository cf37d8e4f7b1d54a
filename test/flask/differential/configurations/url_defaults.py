"""A language in each address: url_value_preprocessor and url_defaults."""

from flask import Blueprint, g, redirect, url_for

from common import new_app, show


def create():
    app = new_app()
    pages = Blueprint("pages", __name__, url_prefix="/<lang>")

    @pages.url_value_preprocessor
    def take(endpoint, values):
        g.lang = values.pop("lang", "en")

    @pages.url_defaults
    def give(endpoint, values):
        values.setdefault("lang", g.get("lang", "en"))

    @pages.route("/")
    def index():
        return show([g.lang, url_for(".about"), url_for(".about", lang="fr"), url_for("plain")])

    @pages.route("/about")
    def about():
        return f"about in {g.lang}"

    @app.route("/plain/x")
    def plain():
        return url_for("pages.about", lang="it")

    @app.route("/")
    def root():
        return redirect(url_for("pages.index", lang="de"))

    app.register_blueprint(pages)
    return app
