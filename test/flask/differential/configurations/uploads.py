"""Files that are sent."""

from flask import request

from common import new_app, show


def create():
    app = new_app()

    def facts(file):
        return [file.name, file.filename, file.content_type, file.mimetype, file.read().decode("utf-8", "replace")]

    @app.post("/files")
    def files():
        return show([facts(file) for name in sorted(request.files) for file in request.files.getlist(name)])

    @app.post("/one")
    def one():
        return show(facts(request.files["f"]))

    @app.post("/get")
    def get():
        file = request.files.get("f")
        return "none" if file is None else show(facts(file))

    @app.post("/form")
    def form():
        return show([request.form.to_dict(flat=False), sorted(request.files)])

    @app.post("/truth")
    def truth():
        file = request.files.get("f")
        return show([bool(file), "f" in request.files, file.filename == "" if file is not None else None])

    @app.post("/unread")
    def unread():
        return "not read"

    return app
