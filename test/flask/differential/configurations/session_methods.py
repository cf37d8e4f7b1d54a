"""Each method of the session: what it changes, and what it sends."""

from flask import session

from common import new_app, show


def popped_item():
    try:
        return session.popitem()
    except KeyError:
        return "empty"


DO = {
    "nothing": lambda: "untouched",
    "read": lambda: dict(session),
    "get": lambda: [session.get("a"), session.get("z"), session.get("z", 7)],
    "item": lambda: session["a"],
    "in": lambda: ["a" in session, "z" in session],
    "length": lambda: len(session),
    "keys": lambda: sorted(session.keys()),
    "values": lambda: len(session.values()),
    "items": lambda: sorted(session.items()),
    "set": lambda: session.__setitem__("b", 2),
    "same": lambda: session.__setitem__("a", 1),
    "delete": lambda: session.__delitem__("a"),
    "pop": lambda: session.pop("a"),
    "popdefault": lambda: session.pop("z", "none"),
    "popmissing": lambda: session.pop("z"),
    "popitem": popped_item,
    "clear": lambda: session.clear(),
    "update": lambda: session.update({"b": 2, "c": 3}),
    "updatekw": lambda: session.update(b=2),
    "setdefault": lambda: session.setdefault("b", 2),
    "setdefaultthere": lambda: session.setdefault("a", 2),
    "permanent": lambda: setattr(session, "permanent", True),
    "notpermanent": lambda: setattr(session, "permanent", False),
    "ispermanent": lambda: session.permanent,
    "modified": lambda: setattr(session, "modified", True),
    "ismodified": lambda: session.modified,
    "new": lambda: session.new,
    "nested": lambda: session.setdefault("l", []).append(1),
    "list": lambda: session.__setitem__("l", [1, {"a": None}]),
    "unicode": lambda: session.__setitem__("é", "€😀"),
    "numbers": lambda: session.__setitem__("n", [1, 1.5, -1, 2**53 - 1]),
    "removed": lambda: [session.__setitem__("t", 1), session.pop("t")],
    "large": lambda: session.__setitem__("x", "latchkey " * 300),
}


def create():
    app = new_app()

    @app.route("/<name>")
    def do(name):
        return show(DO[name]())

    return app
