"""TRAP_BAD_REQUEST_ERRORS, with a handler for the trapped errors."""

from flask import abort, request
from werkzeug.exceptions import HTTPException

from common import new_app


def create():
    app = new_app()
    app.config.update(TRAP_BAD_REQUEST_ERRORS=True, PROPAGATE_EXCEPTIONS=False)

    @app.route("/key", methods=["POST"])
    def key():
        return request.form["name"]

    @app.route("/404")
    def missing():
        abort(404)

    @app.errorhandler(500)
    def broken(error):
        return f"trapped: {isinstance(error.original_exception, HTTPException)}", 500

    return app
