"""Multipart bodies as programs write them."""

from flask import request

from common import new_app, show


def create():
    app = new_app()

    @app.post("/upload")
    def upload():
        files = [
            [name, file.filename, file.content_type, file.mimetype, file.content_length, file.read().decode("latin-1")]
            for name, file in request.files.items(multi=True)
        ]
        return show([list(request.form.items(multi=True)), files])

    @app.post("/check")
    def check():
        file = request.files.get("f")
        return show([file is None, bool(file), bool(file and file.filename), "f" in request.files, len(request.files), "f" in request.form])

    @app.post("/partheaders")
    def part_headers():
        return show([[file.mimetype_params] for file in request.files.values()])

    return app
