"""Handlers for statuses and for classes of errors."""

from flask import Response, abort, make_response, redirect
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError, NotFound

from common import new_app


class Trouble(Exception):
    pass


class SmallTrouble(Trouble):
    pass


class Paid(HTTPException):
    code = 402
    description = "Pay first."


def create():
    app = new_app()

    @app.errorhandler(404)
    def missing(error):
        return f"missing: {error.code} {error.name}", 404

    @app.errorhandler(403)
    def forbidden(error):
        return f"forbidden: {error.description}"

    @app.errorhandler(500)
    def broken(error):
        original = getattr(error, "original_exception", None)
        return f"broken: {type(error).__name__} {original}", 500

    @app.errorhandler(Trouble)
    def trouble(error):
        return f"trouble: {type(error).__name__} {error}", 409

    @app.errorhandler(ValueError)
    def value(error):
        return {"error": str(error)}, 422, {"X-Kind": "value"}

    @app.errorhandler(Paid)
    def paid(error):
        return make_response(error.description, error.code)

    @app.errorhandler(413)
    def again(error):
        raise ValueError("from a handler")

    @app.errorhandler(406)
    def to_page(error):
        return redirect("/")

    def add(name, run):
        app.add_url_rule("/" + name, name, run)

    def raises(error):
        def view():
            raise error

        return view

    add("404", lambda: abort(404))
    add("404text", lambda: abort(404, "lost"))
    add("403", lambda: abort(403))
    add("403text", lambda: abort(403, "not you"))
    add("403class", raises(Forbidden("by class")))
    add("500", lambda: abort(500))
    add("500class", raises(InternalServerError()))
    add("key", raises(RuntimeError("no key")))
    add("trouble", raises(Trouble("big")))
    add("small", raises(SmallTrouble("tiny")))
    add("value", raises(ValueError("bad")))
    add("paid", raises(Paid()))
    add("paid2", raises(Paid("Pay now.")))
    add("413", lambda: abort(413))
    add("406", lambda: abort(406))
    for status in (400, 401, 402, 405, 408, 409, 410, 411, 412, 414, 415, 416, 417, 418, 421, 422, 423, 424, 428, 429, 431, 451, 501, 502, 503, 504, 505):
        add(f"abort{status}", lambda status=status: abort(status))
    add("response", lambda: abort(Response("an answer of its own", 409, {"X-Own": "1"})))
    add("html", lambda: abort(400, "<b>bold</b> & more"))
    add("lookup", raises(LookupError("not handled by class")))
    add("unknown", lambda: abort(499))
    add("ok", lambda: abort(200))
    add("notfound", raises(NotFound("by class")))
    return app
