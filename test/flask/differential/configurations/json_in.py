"""JSON that comes in."""

from flask import request

from common import new_app, show


def create():
    app = new_app()

    @app.post("/json")
    def by_property():
        return show(request.json)

    @app.post("/get")
    def by_method():
        return show(request.get_json())

    @app.post("/silent")
    def silent():
        return show(request.get_json(silent=True))

    @app.post("/force")
    def force():
        return show(request.get_json(force=True))

    @app.post("/both")
    def both():
        return show(request.get_json(force=True, silent=True))

    @app.post("/unread")
    def unread():
        return "not read"

    @app.post("/facts")
    def facts():
        return show([request.is_json, request.mimetype, request.content_type, request.content_length])

    @app.post("/data")
    def data():
        return request.get_data(as_text=True)

    @app.post("/twice")
    def twice():
        return show([request.json, request.get_data(as_text=True), request.get_json()])

    @app.route("/json", methods=["GET"])
    def without():
        return show(request.json)

    @app.post("/key")
    def key():
        return show(request.json["a"])

    return app
