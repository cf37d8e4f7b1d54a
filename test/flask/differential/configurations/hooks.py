"""The functions around a view: their order, and what happens if one of them answers or fails."""

from flask import abort, after_this_request, g, request

from common import new_app, show

log = []


def create():
    app = new_app()

    def note(word):
        g.trail = g.get("trail", []) + [word]

    @app.before_request
    def before_one():
        log.append("start " + request.path)
        note("before1")

    @app.before_request
    def before_two():
        note("before2")
        if request.path == "/early":
            return "early", 202
        if request.path == "/abort":
            abort(403, "stopped by a hook")
        if request.path == "/crash":
            raise RuntimeError("a hook failed")

    @app.before_request
    def before_three():
        note("before3")

    @app.after_request
    def after_one(response):
        note("after1")
        response.headers["X-Trail"] = ",".join(g.trail)
        return response

    @app.after_request
    def after_two(response):
        note("after2")
        if request.path == "/replaced":
            response = app.make_response("another answer")
        if request.path == "/status":
            response.status_code = 203
        return response

    @app.teardown_request
    def teardown_one(error):
        log.append(f"teardown1 {error}")

    @app.teardown_request
    def teardown_two(error):
        log.append(f"teardown2 {error}")

    @app.teardown_appcontext
    def teardown_app(error):
        log.append(f"appcontext {error}")

    @app.url_value_preprocessor
    def values(endpoint, values):
        log.append(f"values {endpoint} {show(values)}")

    @app.route("/")
    @app.route("/early", endpoint="early")
    @app.route("/abort", endpoint="abort")
    @app.route("/crash", endpoint="crash")
    @app.route("/replaced", endpoint="replaced")
    @app.route("/status", endpoint="status")
    def view():
        note("view")
        return show(g.trail)

    @app.route("/user/<name>")
    def user(name):
        return name

    @app.route("/boom")
    def boom():
        note("view")
        raise RuntimeError("boom")

    @app.route("/once")
    def once():
        @after_this_request
        def add(response):
            note("this")
            response.headers["X-Once"] = "1"
            return response

        return "once"

    @app.route("/log")
    def read():
        lines = list(log)
        log.clear()
        return show(lines)

    return app
