"""DEBUG = True, and errors of HTTP."""

from flask import abort, jsonify, request

from common import new_app, show


def create():
    app = new_app()
    app.debug = True

    @app.route("/")
    def home():
        return show([app.debug, app.config["DEBUG"]])

    @app.route("/json")
    def as_json():
        return jsonify(b=1, a=[1, {"c": None}])

    @app.route("/dict")
    def as_dict():
        return {"b": 1, "a": []}

    @app.post("/key")
    def key():
        return request.form["name"]

    @app.get("/argkey")
    def argkey():
        return request.args["name"]

    @app.post("/injson")
    def injson():
        return show(request.json)

    @app.route("/403")
    def forbidden():
        abort(403)

    @app.route("/folder/", methods=["GET", "POST"])
    def folder():
        return "folder"

    return app
