"""Which of several rules wins, and rules with unusual parts."""

from flask import request

from common import new_app, show

RULES = [
    ("/p/<int:a>", "int", {}),
    ("/p/<float:a>", "float", {}),
    ("/p/<a>", "text", {}),
    ("/p/<path:a>", "path", {}),
    ("/p/<uuid:a>", "uuid", {}),
    ("/p/<any(one, two):a>", "any", {}),
    ("/p/new", "new", {}),
    ("/p/<int:a>/edit", "intedit", {}),
    ("/p/<path:a>/edit", "pathedit", {}),
    ("/p/<a>/<b>", "ab", {}),
    ("/q/<a>-<b>", "dash", {}),
    ("/q/<int:a>-<int:b>", "dashint", {}),
    ("/q/x-<b>", "xdash", {}),
    ("/q/<a>.<int:b>", "dot", {}),
    ("/q/<a>.html", "html", {}),
    ("/r/<path:a>/mid/<path:b>", "twopaths", {}),
    ("/r/<path:a>/<int:b>", "pathint", {}),
    ("/r/<path:a>.txt", "pathtxt", {}),
    ("/s/<int(signed=True):a>", "signed", {}),
    ("/s/<float(signed=True):a>", "signedfloat", {}),
    ("/s/<int(min=5, max=10):a>/range", "range", {}),
    ("/s/<int(fixed_digits=3):a>/digits", "digits", {}),
    ("/s/<float(min=0.5, max=1.5):a>/frange", "frange", {}),
    ("/t/<string(length=2):a>", "len2", {}),
    ("/t/<string(minlength=3, maxlength=5):a>", "len35", {}),
    ("/t/<string(minlength=8):a>", "len8", {}),
    ("/t/<any('a b', \"c,d\", ef):a>/any", "anyquoted", {}),
    ("/u/", "uslash", {}),
    ("/u", "u", {}),
    ("/v/<a>/", "vslash", {}),
    ("/v/<a>", "v", {"strict_slashes": False}),
    ("/w/<path:a>/", "wslash", {}),
    ("/x/loose", "loose", {"strict_slashes": False}),
    ("/x/loose2/", "loose2", {"strict_slashes": False}),
    ("/x/m//n", "double", {"merge_slashes": False}),
    ("/y/(a)", "brackets", {}),
    ("/y/a.b*c+d", "marks", {}),
    ("/y/ü/<a>", "umlaut", {}),
    ("/y/{a}", "braces", {}),
    ("/y/a$|^", "dollar", {}),
    ("/y/a%20b", "percent", {}),
    ("/y/@<a>", "at", {}),
    ("/y/<a>@<b>:<int:c>", "atcolon", {}),
    ("/d/", "page", {"defaults": {"n": 1}}),
    ("/d/<int:n>", "page", {}),
    ("/d/all/", "page2", {"defaults": {"n": 1, "m": "x"}}),
    ("/d/all/<int:n>/<m>", "page2", {}),
    ("/z/get", "zget", {"methods": ["GET"]}),
    ("/z/get", "zpost", {"methods": ["POST"]}),
    ("/z/<a>", "zall", {"methods": ["GET", "PUT"]}),
    ("/z/lower", "zlower", {"methods": ["get", "Post"]}),
    ("/z/head", "zhead", {"methods": ["HEAD"]}),
    ("/z/options", "zoptions", {"methods": ["OPTIONS"]}),
    ("/z/noopts", "znoopts", {"provide_automatic_options": False}),
    ("/z/trace", "ztrace", {"methods": ["TRACE", "DELETE"]}),
    ("/long/<a>/<b>/<c>/<d>", "long", {}),
    ("/long/<a>/b/<c>/<d>", "longb", {}),
    ("/long/a/<b>/c/<d>", "longac", {}),
]


def create():
    app = new_app()

    def answer(name):
        def view(**values):
            return name + " " + show(values) + " " + request.method + " " + request.path

        return view

    views = {}
    for rule, name, options in RULES:
        view = views.setdefault(name, answer(name))
        app.add_url_rule(rule, name, view, **options)
    return app
