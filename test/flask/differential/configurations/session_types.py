"""Values of all of Flask's tags, set on one side and read on both."""

import uuid
from datetime import datetime, timezone

from flask import session
from markupsafe import Markup

from common import new_app, show

VALUES = {
    "tuple": (1, "a"),
    "bytes": b"\x00\xff\x10",
    "markup": Markup("<b>é</b>"),
    "uuid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
    "datetime": datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    "dict": {"b": 1, "a": {"c": [1]}},
    "tag": {" t": [1]},
    "deep": [({"a": (1, (2,))},)],
    "float": 1.5,
    "none": None,
    "text": "é \u2028 \x7f",
}


def create():
    app = new_app()

    @app.route("/set/<name>")
    def put(name):
        session["v"] = VALUES[name]
        return "set"

    @app.route("/read/<name>")
    def read(name):
        return show(session["v"] == VALUES[name])

    @app.route("/copy")
    def copy():
        session["w"] = session["v"]
        return "copied"

    return app
