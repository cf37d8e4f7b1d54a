"""JSON that is sent."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal

from flask import jsonify
from markupsafe import Markup

from common import new_app


@dataclass
class Point:
    x: int
    y: int


VALUES = {
    "sorted": {"b": 1, "a": 2, "c": {"z": 1, "y": 2}},
    "accent": {"a": "é€😀"},
    "controls": {"a": "\x00\x1f\x7f\u2028"},
    "html": {"a": "</script>&'\""},
    "nested": {"a": [1, [2, {"b": None}]]},
    "numbers": [0, -1, 1.5, 1000, 123456789012],
    "big": [2**53 - 1],
    "bools": [True, False, None],
    "empty": {"a": [], "b": {}, "c": ""},
    "datetime": {"at": datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc)},
    "date": {"at": date(2020, 1, 2)},
    "uuid": {"id": uuid.UUID("12345678-1234-5678-1234-567812345678")},
    "decimal": {"price": Decimal("1.10")},
    "markup": {"html": Markup("<b>x</b>")},
    "object": {"point": Point(1, 2)},
    "set": {"a": {1}},
    "numberkeys": {1: "a", 2: "b"},
}


def create():
    app = new_app()

    @app.route("/<name>")
    def value(name):
        return jsonify(VALUES[name])

    @app.route("/direct/<name>")
    def direct(name):
        return VALUES[name]

    return app
