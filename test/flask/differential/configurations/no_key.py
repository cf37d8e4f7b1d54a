"""No secret key."""

from flask import flash, get_flashed_messages, session

from common import new_app, show


def create():
    app = new_app()
    app.config["SECRET_KEY"] = None

    def answering(run):
        def view():
            try:
                return show(run())
            except RuntimeError as error:
                return str(error), 500

        return view

    for name, run in {
        "nothing": lambda: "nothing",
        "read": lambda: session.get("a"),
        "in": lambda: "a" in session,
        "length": lambda: len(session),
        "set": lambda: session.__setitem__("a", 1),
        "pop": lambda: session.pop("a", None),
        "clear": lambda: session.clear(),
        "permanent": lambda: setattr(session, "permanent", True),
        "flash": lambda: flash("x"),
        "messages": lambda: get_flashed_messages(),
    }.items():
        app.add_url_rule("/" + name, name, answering(run))
    return app
