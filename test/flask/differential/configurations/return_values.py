"""What a view may return."""

from flask import Response, jsonify, make_response

from common import new_app


def stream():
    yield "one "
    yield "two "
    yield "three"


def with_headers():
    response = make_response("text", 202)
    response.headers["X-A"] = "1"
    response.headers.add("X-B", "1")
    response.headers.add("X-B", "2")
    return response


def typed():
    response = make_response("a,b\n")
    response.mimetype = "text/csv"
    return response


def content_type():
    response = make_response("a")
    response.content_type = "text/plain"
    return response


def statused():
    response = make_response("gone")
    response.status = "410 GONE AWAY"
    return response


VIEWS = {
    "text": lambda: "text",
    "empty": lambda: "",
    "unicode": lambda: "é€😀",
    "bytes": lambda: b"bytes",
    "dict": lambda: {"a": 1},
    "emptydict": lambda: {},
    "list": lambda: [1, 2],
    "emptylist": lambda: [],
    "none": lambda: None,
    "number": lambda: 7,
    "true": lambda: True,
    "status": lambda: ("text", 201),
    "statustext": lambda: ("text", "418 TEAPOT"),
    "headers": lambda: ("text", {"X-A": "1"}),
    "headerlist": lambda: ("text", [("X-A", "1"), ("X-A", "2")]),
    "three": lambda: ("text", 201, {"X-A": "1"}),
    "dictstatus": lambda: ({"a": 1}, 201),
    "liststatus": lambda: ([1], 201),
    "type": lambda: ("text", 200, {"Content-Type": "text/plain"}),
    "one": lambda: ("text",),
    "four": lambda: ("text", 200, {}, 1),
    "nonestatus": lambda: (None, 204),
    "emptystatus": lambda: ("", 204),
    "response": lambda: Response("text", 202, {"X-A": "1"}),
    "responsestatus": lambda: (Response("text", 202), 203),
    "responseheaders": lambda: (Response("text", 202, {"X-A": "1"}), {"X-A": "2"}),
    "mimetype": lambda: Response("text", mimetype="text/plain"),
    "contenttype": lambda: Response("text", content_type="text/x-own; charset=latin-1"),
    "generator": lambda: stream(),
    "generatorstatus": lambda: (stream(), 201),
    "generatorresponse": lambda: Response(stream(), mimetype="text/plain"),
    "made": with_headers,
    "typed": typed,
    "content": content_type,
    "statused": statused,
    "nostatus": lambda: make_response(""),
    "maderesponse": lambda: make_response(("x", 201, {"X-A": "1"})),
    "jsonify": lambda: jsonify(a=1),
    "jsonifytwo": lambda: jsonify(1, 2),
    "jsonifylist": lambda: jsonify([1, 2]),
    "jsonifytext": lambda: jsonify("a"),
    "jsonifynone": lambda: jsonify(None),
    "jsonifynothing": lambda: jsonify(),
    "jsonifystatus": lambda: (jsonify(a=1), 201),
    "jsonifymade": lambda: make_response(jsonify(a=1), 201),
    "teapot": lambda: ("short", 418),
    "notmodified": lambda: ("", 304),
    "code600": lambda: ("text", 600),
    "code99": lambda: ("text", 99),
    "newline": lambda: ("text", 200, {"X-A": "a\nb"}),
}


def create():
    app = new_app()
    for name, view in VIEWS.items():
        app.add_url_rule("/" + name, name, view)
    return app
