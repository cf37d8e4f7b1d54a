"""Views as classes."""

from flask import request
from flask.views import MethodView, View

from common import new_app, show

count = [0]


def shout(view):
    def decorated(**values):
        return str(view(**values)).upper()

    return decorated


def wrap(view):
    def decorated(**values):
        return "(" + str(view(**values)) + ")"

    return decorated


class Plain(View):
    def dispatch_request(self, **values):
        return f"plain {request.method} {show(values)}"


class WithMethods(View):
    methods = ["GET", "POST", "PUT"]

    def dispatch_request(self):
        return "methods " + request.method


class Decorated(View):
    decorators = [shout, wrap]

    def dispatch_request(self, name):
        return "hello " + name


class NoOptions(View):
    provide_automatic_options = False
    methods = ["GET"]

    def dispatch_request(self):
        return "none"


class Counting(View):
    init_every_request = False

    def __init__(self, start):
        self.count = start

    def dispatch_request(self):
        self.count += 1
        return str(self.count)


class Fresh(View):
    def __init__(self, start):
        self.count = start

    def dispatch_request(self):
        self.count += 1
        return str(self.count)


class Api(MethodView):
    def get(self, id=None):
        return "list" if id is None else f"one {id}"

    def post(self):
        return {"made": request.get_json(silent=True)}, 201

    def delete(self, id):
        return "", 204


class Child(Api):
    def patch(self, id):
        return f"patched {id}"


class HeadOnly(MethodView):
    def head(self):
        return "", 200, {"X-Head": "own"}

    def get(self):
        return "body"


class PostOnly(MethodView):
    def post(self):
        return "posted"


class OwnOptions(MethodView):
    def options(self):
        return "own options"

    def get(self):
        return "get"


class Narrow(MethodView):
    methods = ["GET"]

    def get(self):
        return "get"

    def post(self):
        return "post"


def create():
    app = new_app()
    app.add_url_rule("/plain", view_func=Plain.as_view("plain"))
    app.add_url_rule("/plain/<int:id>", view_func=Plain.as_view("plainid"))
    app.add_url_rule("/methods", view_func=WithMethods.as_view("methods"))
    app.add_url_rule("/methods/post", view_func=WithMethods.as_view("methodspost"), methods=["POST"])
    app.add_url_rule("/decorated/<name>", view_func=Decorated.as_view("decorated"))
    app.add_url_rule("/nooptions", view_func=NoOptions.as_view("nooptions"))
    app.add_url_rule("/counting", view_func=Counting.as_view("counting", 10))
    app.add_url_rule("/fresh", view_func=Fresh.as_view("fresh", 10))
    api = Child.as_view("api")
    app.add_url_rule("/api/", view_func=api, methods=["GET", "POST"], defaults={"id": None} if False else None)
    app.add_url_rule("/api/<int:id>", view_func=api, methods=["GET", "DELETE", "PATCH"])
    app.add_url_rule("/head", view_func=HeadOnly.as_view("head"))
    app.add_url_rule("/post", view_func=PostOnly.as_view("post"))
    app.add_url_rule("/options", view_func=OwnOptions.as_view("options"))
    app.add_url_rule("/narrow", view_func=Narrow.as_view("narrow"))
    return app
