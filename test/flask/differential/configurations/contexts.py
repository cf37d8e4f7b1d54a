"""g, current_app, and the functions that ask for a context."""

from flask import current_app, g, has_app_context, has_request_context, request

from common import new_app, show


def create():
    app = new_app()

    @app.before_request
    def load():
        g.user = request.headers.get("X-User")

    @app.route("/g")
    def over_g():
        g.a = 1
        found = [g.a, g.get("a"), g.get("z"), g.get("z", 2), "a" in g, "z" in g, g.setdefault("b", 3), g.setdefault("a", 9), g.pop("a"), g.pop("a", "gone"), sorted(g)]
        return show(found)

    @app.route("/user")
    def user():
        return show(g.user)

    @app.route("/missing")
    def missing():
        return g.nothing

    @app.route("/popmissing")
    def popmissing():
        return g.pop("nothing")

    @app.route("/context")
    def context():
        return show([has_request_context(), has_app_context(), current_app.debug, current_app.testing])

    @app.route("/inner")
    def inner():
        g.word = "outer"
        with app.app_context():
            g.word = "inner"
            inside = g.word
        return show([inside, g.word])

    @app.route("/other")
    def other():
        with app.test_request_context("/x?y=1", method="POST", data={"a": "b"}):
            inside = [request.path, request.method, request.args["y"], request.form["a"]]
        return show([inside, request.path])

    @app.route("/client")
    def client():
        response = app.test_client().get("/user", headers={"X-User": "inner"})
        return show([response.status_code, response.get_data(as_text=True)])

    return app
