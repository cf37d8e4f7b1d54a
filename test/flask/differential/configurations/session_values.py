"""What a session keeps, and which of its changes are saved."""

import uuid
from datetime import date, datetime, timedelta, timezone

from flask import session
from markupsafe import Markup

from common import new_app, show


def create():
    app = new_app()
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=2)

    def nested():
        session.setdefault("a", {})["b"] = 1
        return ""

    def nested_modified():
        session["a"]["b"] = 2
        session.modified = True
        return ""

    def nested_silent():
        session.get("list", []).append(1)
        session.modified = True
        return show(session.get("list"))

    def overwrite():
        session["n"] = session.get("n", 0) + 1
        return show(session["n"])

    def delete():
        session.pop("n", None)
        return show("n" in session)

    def replace():
        session.clear()
        session["fresh"] = True
        return ""

    def many():
        session.update({"z": 1, "y": [1, {"x": None}]}, k="v")
        return show(sorted(session.keys()))

    def permanent():
        session.permanent = True
        session["p"] = 1
        return show(session.permanent)

    def unpermanent():
        session.permanent = False
        return show(session.permanent)

    def types():
        session["t"] = {
            "tuple": (1, (2, [3])),
            "bytes": b"ab\xff",
            "markup": Markup("<b>"),
            "uuid": uuid.UUID(int=5),
            "date": datetime(2024, 2, 29, 12, 0, 0, tzinfo=timezone.utc),
            "nested": [{"d": (b"", Markup(""))}],
            "tag": {" t": 1},
            "tag2": {" di": [1]},
            "float": 0.25,
            "big": 2**53 - 1,
            "neg": -3,
            "empty": {},
            "text": "\u2028 <é> \"'\\ \n\0",
        }
        return ""

    def read_types():
        t = session["t"]
        return show([
            isinstance(t["tuple"], tuple),
            t["bytes"] == b"ab\xff",
            isinstance(t["markup"], Markup),
            str(t["uuid"]),
            t["date"].year,
            t["text"],
            t["float"],
            t["tag"],
            t["tag2"],
            sorted(t),
        ])

    def keys():
        session[""] = 1
        session["a b"] = 2
        session["é"] = 3
        session["__proto__"] = 4
        session["constructor"] = 5
        return show(sorted(session))

    def items():
        return show(sorted([k, v] for k, v in session.items()))

    def equals():
        return show([len(session), bool(session), list(session.values()), session.get("none"), session.get("none", 5)])

    def same():
        session["n"] = session.get("n")
        return ""

    def deep():
        session["deep"] = {"a": {"b": {"c": [1, 2, {"d": []}]}}}
        return ""

    def deep_change():
        session["deep"]["a"]["b"]["c"][2]["d"].append("x")
        session.modified = True
        return show(session["deep"])

    def popitem():
        return show(list(session.popitem()))

    def dict_of():
        return show(dict(session))

    views = dict(nested=nested, nestedmodified=nested_modified, nestedsilent=nested_silent, overwrite=overwrite, delete=delete, replace=replace, many=many, permanent=permanent, unpermanent=unpermanent, types=types, readtypes=read_types, keys=keys, items=items, equals=equals, same=same, deep=deep, deepchange=deep_change, popitem=popitem, dict=dict_of, clear=lambda: session.clear() or "", none=lambda: "")
    for name, view in views.items():
        app.add_url_rule("/" + name, name, view)
    return app
