"""Posted JSON of every kind."""

from flask import jsonify, request

from common import new_app, show


def create():
    app = new_app()

    @app.post("/echo")
    def echo():
        return jsonify(request.get_json())

    @app.post("/silent")
    def silent():
        return jsonify(request.get_json(silent=True))

    @app.post("/force")
    def force():
        return jsonify(request.get_json(force=True))

    @app.post("/forcesilent")
    def force_silent():
        return jsonify(request.get_json(force=True, silent=True))

    @app.post("/json")
    def json():
        return show([request.json, request.is_json])

    @app.post("/twice")
    def twice():
        first = request.get_json(silent=True)
        second = request.get_json(silent=True)
        return show([first, second, request.get_data(as_text=True)])

    @app.post("/dataform")
    def data_form():
        data = request.get_data(as_text=True)
        return show([data, request.form.to_dict(), request.get_json(silent=True)])

    @app.route("/any", methods=["GET", "PUT", "PATCH", "DELETE"])
    def any_method():
        return show([request.method, request.get_json(silent=True), request.get_data(as_text=True)])

    @app.errorhandler(400)
    def bad(error):
        return "bad " + str(error.code), 400

    @app.errorhandler(415)
    def unsupported(error):
        return "unsupported", 415

    return app
