"""Addresses that the application makes."""

from flask import request, url_for

from common import new_app, show

CALLS = {
    "plain": ("home", {}),
    "query": ("home", {"q": "R&B"}),
    "blank": ("home", {"q": "a b"}),
    "accent": ("home", {"q": "é€"}),
    "list": ("home", {"q": [1, 2]}),
    "none": ("home", {"q": None}),
    "empty": ("home", {"q": ""}),
    "number": ("home", {"q": 1.5}),
    "two": ("home", {"b": 1, "a": 2}),
    "signs": ("home", {"q": "a+b=c/d?e#f%g"}),
    "user": ("user", {"name": "ada"}),
    "userblank": ("user", {"name": "a b"}),
    "userslash": ("user", {"name": "a/b"}),
    "useraccent": ("user", {"name": "é"}),
    "usersigns": ("user", {"name": "a&b=c;d,e:f@g!$'()*+"}),
    "userhash": ("user", {"name": "a?b#c%d"}),
    "userquery": ("user", {"name": "ada", "page": 2}),
    "missing": ("user", {}),
    "int": ("int", {"n": 7}),
    "intwrong": ("int", {"n": "abc"}),
    "float": ("float", {"x": 1}),
    "float2": ("float", {"x": 2.5}),
    "path": ("path", {"p": "a/b c/d"}),
    "uuid": ("uuid", {"id": "12345678-1234-5678-1234-567812345678"}),
    "any": ("any", {"w": "b"}),
    "anywrong": ("any", {"w": "z"}),
    "digits": ("digits", {"n": 7}),
    "static": ("static", {"filename": "style.css"}),
    "staticdeep": ("static", {"filename": "a/b c.css"}),
    "unknown": ("nothing", {}),
    "external": ("home", {"_external": True}),
    "scheme": ("home", {"_scheme": "https", "_external": True}),
    "schemeonly": ("home", {"_scheme": "https"}),
    "anchor": ("home", {"_anchor": "top"}),
    "anchorblank": ("home", {"_anchor": "a b&c"}),
    "anchorquery": ("home", {"q": 1, "_anchor": "x"}),
    "methodget": ("both", {"_method": "GET"}),
    "methoddelete": ("both", {"_method": "DELETE"}),
    "optional": ("optional", {}),
    "optional2": ("optional", {"page": 2}),
    "optional1": ("optional", {"page": 1}),
}


def create():
    app = new_app()
    nothing = lambda **values: ""
    for rule, endpoint in (
        ("/", "home"),
        ("/user/<name>", "user"),
        ("/int/<int:n>", "int"),
        ("/float/<float:x>", "float"),
        ("/path/<path:p>", "path"),
        ("/uuid/<uuid:id>", "uuid"),
        ("/any/<any(a, b):w>", "any"),
        ("/digits/<int(fixed_digits=4):n>", "digits"),
        ("/optional/<int:page>", "optional"),
    ):
        app.add_url_rule(rule, endpoint, nothing)
    app.add_url_rule("/optional/", "optional", nothing, defaults={"page": 1})
    app.add_url_rule("/both", "both", nothing, methods=["GET"])
    app.add_url_rule("/both/delete", "both", nothing, methods=["DELETE"])

    @app.route("/make/<name>")
    def make(name):
        endpoint, values = CALLS[name]
        return url_for(endpoint, **values)

    @app.route("/make")
    def relative():
        return show([url_for("make", name="x"), url_for(".make", name="x"), request.url])

    return app
