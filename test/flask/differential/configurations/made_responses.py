"""Responses that are made and changed by hand."""

from flask import Response, abort, jsonify, make_response, redirect, request

from common import new_app


def changed(change, *args, **kwargs):
    def view():
        response = make_response(*args, **kwargs)
        change(response)
        return response

    return view


def status(value):
    def change(response):
        response.status_code = value

    return change


def header(name, value):
    def change(response):
        response.headers[name] = value

    return change


def mimetype(value):
    def change(response):
        response.mimetype = value

    return change


def content_type(value):
    def change(response):
        response.content_type = value

    return change


def cookie(*args, **kwargs):
    return lambda response: response.set_cookie(*args, **kwargs)


def drop(response):
    del response.headers["Content-Type"]


def numbers():
    for number in range(3):
        yield f"{number}\n"


def failing():
    yield "first "
    raise RuntimeError("in the stream")


def failing_first():
    raise RuntimeError("before the stream")
    yield "never"


VIEWS = {
    "status201": changed(status(201), "x"),
    "status204": changed(status(204), "x"),
    "status304": changed(status(304), "x"),
    "status404": changed(status(404), "own page"),
    "status500": changed(status(500), "own page"),
    "status599": changed(status(599), "x"),
    "type": changed(header("Content-Type", "text/plain"), "x"),
    "nothing": changed(drop, "x"),
    "mimetext": changed(mimetype("text/csv"), "x"),
    "mimejson": changed(mimetype("application/json"), "x"),
    "mimexml": changed(mimetype("application/xml"), "x"),
    "mimesvg": changed(mimetype("image/svg+xml"), "x"),
    "mimejs": changed(mimetype("text/javascript"), "x"),
    "mimeappjs": changed(mimetype("application/javascript"), "x"),
    "ctype": changed(content_type("text/csv"), "x"),
    "location": changed(header("Location", "/é x"), "x", 201),
    "locationabs": changed(header("Location", "http://other.test/x"), "x", 201),
    "cachecontrol": changed(header("Cache-Control", "no-store"), "x"),
    "vary": changed(header("Vary", "Accept"), "x"),
    "length": changed(header("X-Length", "7"), "x"),
    "unicode": changed(header("X-Text", "é"), "x"),
    "empty": changed(header("X-Empty", ""), "x"),
    "cookie": changed(cookie("a", "1"), "x"),
    "cookieall": changed(cookie("a", "é; \"x\"", max_age=60, path="/p", secure=True, httponly=True, samesite="Strict"), "x"),
    "cookiezero": changed(cookie("a", "", max_age=0), "x"),
    "cookienegative": changed(cookie("a", "1", max_age=-5), "x"),
    "cookiefloat": changed(cookie("a", "1", max_age=1.9), "x"),
    "cookieexpires": changed(cookie("a", "1", expires=0), "x"),
    "cookiedomain": changed(cookie("a", "1", domain=".example.com"), "x"),
    "cookieidn": changed(cookie("a", "1", domain="bücher.example"), "x"),
    "cookiepath": changed(cookie("a", "1", path="/é x"), "x"),
    "cookiename": changed(cookie("a-b_c.d", "1"), "x"),
    "cookiespecial": changed(cookie("a", "~!@#$%^&*()_+{}|:<>?[]/.'`-="), "x"),
    "cookiecontrol": changed(cookie("a", "x\ty\nz"), "x"),
    "cookiebackslash": changed(cookie("a", "\\"), "x"),
    "cookieemoji": changed(cookie("a", "😀"), "x"),
    "cookiecomma": changed(cookie("a", "a,b"), "x"),
    "cookielong": changed(cookie("a", "x" * 3000), "x"),
    "twostatus": lambda: (make_response("x", 201), 202),
    "listintuple": lambda: (["x", 201], 202),
    "dictheaders": lambda: ({"a": 1}, {"X-A": "1"}),
    "dictstatusheaders": lambda: ({"a": 1}, 203, {"X-A": "1", "Content-Type": "application/x-own+json"}),
    "listheaders": lambda: ([1], 200, {"X-A": "1"}),
    "bytesstatus": lambda: (b"x", 201, {"Content-Type": "image/png"}),
    "streamheaders": lambda: (numbers(), 202, {"X-A": "1", "Content-Type": "text/plain"}),
    "stream": lambda: Response(numbers(), mimetype="text/plain"),
    "failing": lambda: Response(failing(), mimetype="text/plain"),
    "failingfirst": lambda: Response(failing_first(), mimetype="text/plain"),
    "streamempty": lambda: Response((each for each in ()), 201),
    "responsedict": lambda: Response("{}", content_type="application/json"),
    "response404": lambda: Response("own", 404),
    "responseheaders": lambda: Response("x", headers=[("X-A", "1"), ("X-B", "2")]),
    "jsonifydict": lambda: jsonify({"a": [1, {"b": None}]}),
    "jsonifytwo": lambda: jsonify("a", 2),
    "jsonifynested": lambda: jsonify([[], {}, "é\u2028</script>"]),
    "jsonifystatus": lambda: (jsonify(True), 404),
    "jsonifyempty": lambda: jsonify({}),
    "redirect301": lambda: redirect("/x", 301),
    "redirect303": lambda: redirect("/x?a=b&c=d#e", 303),
    "redirect307": lambda: redirect("/x", 307),
    "redirectheaders": lambda: (redirect("/x"), {"X-A": "1"}),
    "redirectstatus": lambda: (redirect("/x"), 303),
    "status1xx": lambda: ("x", 299),
    "statustext": lambda: ("x", "200 FINE"),
    "statuslower": lambda: ("x", "404 not here"),
    "none": lambda: (None, 200),
    "zero": lambda: 0,
    "false": lambda: False,
    "set": lambda: {1, 2},
    "float": lambda: 1.5,
    "unicodetext": lambda: "é\u0000\u2028",
    "long": lambda: "x" * 70000,
    "newlines": lambda: "a\r\nb\nc\r",
}


def create():
    app = new_app()
    for name, view in VIEWS.items():
        app.add_url_rule("/" + name, name, view)
    return app
