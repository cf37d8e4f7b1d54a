"""Addresses with values of every kind, in requests of several hosts and outside of them."""

from datetime import date

from flask import Blueprint, request, url_for

from common import new_app, show

CALLS = {
    "true": ("home", {"q": True}),
    "false": ("home", {"q": False}),
    "zero": ("home", {"q": 0}),
    "float": ("home", {"q": 0.5}),
    "small": ("home", {"q": 1e-7}),
    "large": ("home", {"q": 1e22}),
    "negative": ("home", {"q": -1}),
    "emptylist": ("home", {"q": []}),
    "nonelist": ("home", {"q": [None, 1, None]}),
    "boollist": ("home", {"q": [True, "x"]}),
    "mixed": ("home", {"b": [1, 2], "a": "x", "c": None}),
    "nested": ("home", {"q": [[1, 2], 3]}),
    "amp": ("home", {"a&b": "c=d"}),
    "accentname": ("home", {"é": "x"}),
    "newline": ("home", {"q": "a\nb\tc\r"}),
    "nul": ("home", {"q": "\0"}),
    "plus": ("home", {"q": "a+b %20"}),
    "tilde": ("home", {"q": "~-._!*'()@:/?#[];,&$"}),
    "emoji": ("home", {"q": "😀"}),
    "anchorslash": ("home", {"_anchor": "/a?b#c"}),
    "anchoraccent": ("home", {"_anchor": "é %20"}),
    "anchorempty": ("home", {"_anchor": ""}),
    "anchornone": ("home", {"_anchor": None}),
    "externalfalse": ("home", {"_external": False}),
    "schemeempty": ("home", {"_scheme": "", "_external": True}),
    "schemews": ("home", {"_scheme": "wss"}),
    "externalquery": ("home", {"_external": True, "q": "é", "_anchor": "x"}),
    "method": ("api", {"_method": "POST"}),
    "methodlower": ("api", {"_method": "post"}),
    "methodput": ("api", {"_method": "PUT"}),
    "methodunknown": ("api", {"_method": "PATCH"}),
    "methodnone": ("api", {}),
    "boolvar": ("user", {"name": True}),
    "nonevar": ("user", {"name": None}),
    "emptyvar": ("user", {"name": ""}),
    "numbervar": ("user", {"name": 7}),
    "floatvar": ("user", {"name": 7.5}),
    "dotvar": ("user", {"name": ".."}),
    "percentvar": ("user", {"name": "100%"}),
    "encodedvar": ("user", {"name": "a%2Fb"}),
    "emojivar": ("user", {"name": "😀"}),
    "newlinevar": ("user", {"name": "a\nb"}),
    "intneg": ("int", {"n": -5}),
    "intfloat": ("int", {"n": 7.9}),
    "inttext": ("int", {"n": "7"}),
    "intbool": ("int", {"n": True}),
    "signed": ("signed", {"n": -5}),
    "digits": ("digits", {"n": 12345}),
    "digits1": ("digits", {"n": 1}),
    "ranged": ("ranged", {"n": 50}),
    "floatwhole": ("float", {"x": 3}),
    "floattext": ("float", {"x": "2.50"}),
    "floatsmall": ("float", {"x": 1e-7}),
    "floatlarge": ("float", {"x": 1e22}),
    "pathslashes": ("path", {"p": "/a//b/"}),
    "pathdots": ("path", {"p": "../a"}),
    "pathmarks": ("path", {"p": "a b?c#d%e&f=g"}),
    "fixed": ("fixed", {"a": "x"}),
    "fixedextra": ("fixed", {"a": "x", "n": 1}),
    "fixedother": ("fixed", {"a": "x", "n": 2}),
    "two": ("two", {"a": 1}),
    "twob": ("two", {"a": 1, "b": 2}),
    "twoc": ("two", {"a": 1, "b": 2, "c": 3}),
    "twoq": ("two", {"a": 1, "c": 3}),
    "dash": ("dash", {"a": "x-y", "b": "z"}),
    "accented": ("accented", {"a": "ü"}),
    "marks": ("marks", {}),
    "slash": ("slash", {}),
    "relative": (".index", {}),
    "relativebp": (".inner.index", {}),
    "bp": ("bp.index", {}),
    "bpinner": ("bp.inner.index", {"x": 1}),
    "bpstatic": ("bp.static", {"filename": "a b/é.css"}),
    "bpmissing": ("bp.nothing", {}),
    "static": ("static", {"filename": "../x.css"}),
    "staticquery": ("static", {"filename": "x.css", "v": 3}),
    "wrongany": ("anyof", {"w": "c"}),
    "anyof": ("anyof", {"w": "a b"}),
    "anybool": ("anyof", {"w": "1"}),
    "uuidtext": ("uuid", {"u": "not a uuid"}),
}


def create():
    app = new_app()
    nothing = lambda **values: ""
    for rule, endpoint in (
        ("/", "home"),
        ("/user/<name>", "user"),
        ("/int/<int:n>", "int"),
        ("/signed/<int(signed=True):n>", "signed"),
        ("/digits/<int(fixed_digits=3):n>", "digits"),
        ("/ranged/<int(min=1, max=9):n>", "ranged"),
        ("/float/<float:x>", "float"),
        ("/path/<path:p>", "path"),
        ("/uuid/<uuid:u>", "uuid"),
        ("/any/<any('a b', b, '1'):w>", "anyof"),
        ("/two/<a>", "two"),
        ("/two/<a>/<b>", "two"),
        ("/dash/<a>-<b>", "dash"),
        ("/ü/<a>/é", "accented"),
        ("/a b/c?d/e#f/g%h/i&j=k", "marks"),
        ("/slash/", "slash"),
    ):
        app.add_url_rule(rule, endpoint, nothing)
    app.add_url_rule("/fixed/<a>", "fixed", nothing, defaults={"n": 1})
    app.add_url_rule("/api/get", "api", nothing, methods=["GET"])
    app.add_url_rule("/api/post", "api", nothing, methods=["POST"])
    app.add_url_rule("/api/put", "api", nothing, methods=["PUT", "DELETE"])
    bp = Blueprint("bp", __name__, url_prefix="/bp", static_folder="static", static_url_path="/assets")
    inner = Blueprint("inner", __name__, url_prefix="/inner")

    def make(name):
        endpoint, values = CALLS[name]
        try:
            return url_for(endpoint, **values)
        except Exception:
            return "an error"

    app.add_url_rule("/index", "index", nothing)
    app.add_url_rule("/make/<name>", "make", make)
    bp.add_url_rule("/index", "index", nothing)
    bp.add_url_rule("/make/<name>", "make", make)
    inner.add_url_rule("/index", "index", nothing)
    bp.register_blueprint(inner)
    app.register_blueprint(bp)

    @app.route("/outside")
    def outside():
        return show([app.url_map.is_endpoint_expecting("user", "name"), app.url_map.is_endpoint_expecting("home", "name")])

    return app
