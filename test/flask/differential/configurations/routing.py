"""Rules, the converters of Flask, and which rule wins."""

from common import new_app, show


def create():
    app = new_app()

    def answer(name):
        def view(**values):
            return name + " " + show(values)

        return view

    rules = [
        ("/", "root"),
        ("/user/<name>", "user"),
        ("/user/me", "me"),
        ("/user/<int:id>", "number"),
        ("/user/<int:id>/<name>", "both"),
        ("/float/<float:x>", "float"),
        ("/int/<int:n>", "int"),
        ("/files/<path:path>", "path"),
        ("/files/<path:path>/edit", "edit"),
        ("/files/index", "index"),
        ("/uuid/<uuid:id>", "uuid"),
        ("/<a>/<b>/<c>", "three"),
        ("/two/<string:a>/x", "two"),
        ("/two/<string:a>/<string:b>", "twoany"),
        ("/plain.txt", "dot"),
        ("/café", "accent"),
        ("/a b", "blank"),
    ]
    for rule, name in rules:
        app.add_url_rule(rule, name, answer(name))
    return app
