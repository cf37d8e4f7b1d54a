"""Which methods an address answers."""

from flask import request
from flask.views import MethodView, View

from common import new_app


class Items(MethodView):
    init_every_request = False

    def __init__(self, word="items"):
        self.word = word

    def get(self, id=None):
        return f"{self.word} get {id}"

    def post(self):
        return f"{self.word} post", 201

    def delete(self, id):
        return "", 204


class Plain(View):
    methods = ["GET", "POST"]

    def dispatch_request(self, name):
        return f"{request.method} {name}"


def shout(view):
    def loud(**values):
        return view(**values).upper()

    return loud


class Loud(View):
    decorators = [shout]

    def dispatch_request(self):
        return "quiet"


def create():
    app = new_app()

    def answer(name):
        return lambda: name + " " + request.method

    app.add_url_rule("/get", "get", answer("get"))
    app.add_url_rule("/both", "both", answer("both"), methods=["GET", "POST"])
    app.add_url_rule("/post", "post", answer("post"), methods=["POST"])
    app.add_url_rule("/lower", "lower", answer("lower"), methods=["put"])
    app.add_url_rule("/head", "head", answer("head"), methods=["HEAD"])
    app.add_url_rule("/options", "options", answer("options"), methods=["OPTIONS"])
    app.add_url_rule("/mute", "mute", answer("mute"), provide_automatic_options=False)
    app.add_url_rule("/split", "split1", answer("split1"), methods=["GET"])
    app.add_url_rule("/split", "split2", answer("split2"), methods=["POST", "PUT"])
    app.add_url_rule("/brew", "brew", answer("brew"), methods=["BREW"])
    app.get("/s/get")(lambda: "get")
    app.post("/s/post", endpoint="spost")(lambda: "post")
    app.put("/s/put", endpoint="sput")(lambda: "put")
    app.patch("/s/patch", endpoint="spatch")(lambda: "patch")
    app.delete("/s/delete", endpoint="sdelete")(lambda: "delete")
    view = Items.as_view("items", word="things")
    app.add_url_rule("/items/", view_func=view, methods=["GET", "POST"])
    app.add_url_rule("/items/<int:id>", view_func=view, methods=["GET", "DELETE"])
    app.add_url_rule("/all/", view_func=Items.as_view("all"))
    app.add_url_rule("/plain/<name>", view_func=Plain.as_view("plain"))
    app.add_url_rule("/loud", view_func=Loud.as_view("loud"))
    return app
