"""The static folder: types, conditional requests, ranges, and what is not served."""

from common import new_app


def create():
    app = new_app()

    @app.route("/")
    def home():
        return "home"

    @app.after_request
    def mark(response):
        response.headers["X-After"] = "1"
        return response

    return app
