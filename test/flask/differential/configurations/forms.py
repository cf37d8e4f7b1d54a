"""Forms and queries."""

from flask import request

from common import new_app, show


def create():
    app = new_app()

    @app.route("/form", methods=["GET", "POST", "PUT"])
    def form():
        return show(request.form.to_dict(flat=False))

    @app.route("/args", methods=["GET", "POST"])
    def args():
        return show(request.args.to_dict(flat=False))

    @app.post("/values")
    def values():
        return show([request.values.get("a"), request.values.getlist("a"), request.values.get("b")])

    @app.get("/values")
    def get_values():
        return show(request.values.to_dict())

    @app.post("/key")
    def key():
        return request.form["name"]

    @app.get("/argkey")
    def argkey():
        return request.args["name"]

    @app.route("/get", methods=["GET"])
    def get():
        return show([
            request.args.get("a"),
            request.args.get("a", "none"),
            request.args.get("n", type=int),
            request.args.get("n", 1, type=int),
            request.args.getlist("a"),
            request.args.getlist("n", type=int),
            "a" in request.args,
            len(request.args),
        ])

    @app.post("/get")
    def post():
        return show([request.form.get("x", 0, type=float), request.form.get("t", type=bool), request.form.getlist("x"), sorted(request.form.keys()), sorted(request.form.items())])

    @app.post("/raw")
    def raw():
        return show([request.get_data(as_text=True), request.form.to_dict()])

    @app.post("/rawafter")
    def raw_after():
        return show([request.form.to_dict(), request.get_data(as_text=True)])

    @app.route("/query")
    def query():
        return show([request.query_string.decode(), request.full_path])

    return app
