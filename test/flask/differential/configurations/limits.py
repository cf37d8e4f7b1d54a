"""MAX_CONTENT_LENGTH, MAX_FORM_MEMORY_SIZE and MAX_FORM_PARTS."""

from flask import request

from common import new_app, show


def create():
    app = new_app()
    app.config.update(MAX_CONTENT_LENGTH=1000, MAX_FORM_MEMORY_SIZE=300, MAX_FORM_PARTS=3)

    @app.post("/data")
    def data():
        return str(len(request.get_data()))

    @app.post("/form")
    def form():
        return show({name: len(value) for name, value in request.form.items()})

    @app.post("/json")
    def as_json():
        return str(len(request.json))

    @app.post("/unread")
    def unread():
        return "not read"

    @app.errorhandler(413)
    def large(error):
        return f"too large: {error.code}", 413

    @app.after_request
    def mark(response):
        response.headers["X-After"] = "1"
        return response

    return app
