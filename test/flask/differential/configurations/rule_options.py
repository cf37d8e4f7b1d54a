"""Options of rules: defaults, redirects, endpoints without a view."""

from flask import request, url_for

from common import new_app, show


def create():
    app = new_app()

    @app.route("/pages/", defaults={"page": 1})
    @app.route("/pages/<int:page>")
    def pages(page):
        return f"page {page}"

    @app.route("/js", defaults={"js": "fetch"})
    @app.route("/<any(xhr, jquery, fetch):js>")
    def js(js):
        return f"{js} {request.endpoint}"

    app.add_url_rule("/old/<int:id>", "old", redirect_to="/new/<id>")
    app.add_url_rule("/older", "older", redirect_to="new/7")
    app.add_url_rule("/new/<int:id>", "new", lambda id: f"new {id}")
    app.add_url_rule("/index", endpoint="index")
    app.view_functions["index"] = lambda: "the index"
    app.add_url_rule("/alias", "index")
    app.add_url_rule("/extra", "extra", lambda **values: show(values), defaults={"a": 1, "b": None})

    @app.endpoint("later")
    def later():
        return "later"

    app.add_url_rule("/later", endpoint="later")
    app.add_url_rule("/never", endpoint="never")

    @app.route("/urls")
    def urls():
        return show([url_for("pages"), url_for("pages", page=1), url_for("pages", page=2), url_for("js", js="xhr"), url_for("js", js="fetch"), url_for("index")])

    return app
