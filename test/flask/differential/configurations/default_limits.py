"""What is read where no limit is set."""

from flask import request

from common import new_app


def create():
    app = new_app()

    @app.post("/data")
    def data():
        return str(len(request.get_data()))

    @app.post("/form")
    def form():
        return str(sum(len(value) for value in request.form.values()))

    @app.post("/file")
    def file():
        return str(len(request.files["f"].read()))

    return app
