"""Converters with arguments, converters of the application's own, and variables beside text."""

from werkzeug.routing import BaseConverter, ValidationError

from common import new_app, show


class List(BaseConverter):
    def to_python(self, value):
        return value.split("+")

    def to_url(self, values):
        return "+".join(super(List, self).to_url(value) for value in values)


class Even(BaseConverter):
    regex = "[0-9]+"

    def to_python(self, value):
        if int(value) % 2:
            raise ValidationError()
        return int(value)


def create():
    app = new_app()
    app.url_map.converters["list"] = List
    app.url_map.converters["even"] = Even

    def answer(name):
        def view(**values):
            return name + " " + show(values)

        return view

    rules = [
        "/@<user>",
        "/v<int:v>/x",
        "/pre-<int:a>-<b>",
        "/file/<name>.<ext>",
        "/<int:year>-<int:month>",
        "/any/<any(xhr, fetch):js>",
        "/any2/<any('a b', \"c,d\"):x>",
        "/min/<int(min=1):n>",
        "/max/<int(max=9):n>",
        "/digits/<int(fixed_digits=3):n>",
        "/signed/<int(signed=True):n>",
        "/fsigned/<float(signed=True):x>",
        "/fmin/<float(min=0.5):x>",
        "/lang/<string(length=2):lang>",
        "/short/<string(maxlength=3):s>",
        "/long/<string(minlength=3):s>",
        "/star*",
        "/colon/:x",
        "/plus+",
        "/paren(1)",
        "/q?",
        "/list/<list:names>",
        "/even/<even:n>",
        "/even/<name>",
        "/page/<path:p>.html",
        "/x<a>y<b>z",
    ]
    for rule in rules:
        app.add_url_rule(rule, rule, answer(rule))
    return app
