"""Cookies that are too large for browsers."""

import hashlib

from flask import session

from common import new_app


def incompressible(length):
    digits = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(length // 64 + 1))
    return digits[:length]


def create():
    app = new_app()

    @app.route("/<int:length>")
    def put(length):
        session["x"] = incompressible(length)
        return "put"

    @app.route("/text/<int:length>")
    def text(length):
        session["x"] = "a" * length
        return "put"

    return app
