"""Queries and form bodies that no browser writes, but programs do."""

from flask import request

from common import new_app, show


def plain(number):
    """A number as JavaScript has it."""
    if number is None or isinstance(number, int):
        return number
    return int(number) if number == number and abs(number) != float("inf") and number == int(number) else str(number)


def create():
    app = new_app()

    @app.get("/args")
    def args():
        return show([list(request.args.items(multi=True)), request.query_string.decode("latin-1"), request.full_path])

    @app.post("/form")
    def form():
        return show(list(request.form.items(multi=True)))

    @app.post("/typed")
    def typed():
        return show([
            request.form.get("a", type=int),
            request.form.get("a", -1, type=int),
            request.form.getlist("a", type=int),
            plain(request.form.get("a", type=float)),
            plain(request.form.get("a", 0, float)),
        ])

    @app.post("/both")
    def both():
        return show([list(request.values.items(multi=True)), request.values.getlist("a"), request.values.get("a")])

    @app.post("/data")
    def data():
        return show([request.get_data(as_text=True), request.data.decode("latin-1"), len(request.data), request.content_type, request.mimetype])

    @app.post("/mime")
    def mime():
        return show([request.mimetype, request.mimetype_params, request.is_json, request.content_length])

    return app
