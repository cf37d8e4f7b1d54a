"""Rules with hosts."""

from flask import url_for

from common import new_app, show


def create():
    app = new_app(host_matching=True, static_host="static.test")

    @app.route("/", host="one.test")
    def one():
        return show(["one", url_for("one"), url_for("two"), url_for("three", name="x")])

    @app.route("/", host="two.test")
    def two():
        return "two"

    @app.route("/", host="<name>.three.test")
    def three(name):
        return "three " + name

    return app
