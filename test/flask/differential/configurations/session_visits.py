"""Sessions over several requests: a login, a permanent session, pages that do not touch it."""

from flask import abort, redirect, request, session, url_for

from common import new_app, show


def create():
    app = new_app()
    app.config.update(PERMANENT_SESSION_LIFETIME=3600, SESSION_COOKIE_SAMESITE="Lax")

    @app.route("/")
    def home():
        return "hello " + session.get("name", "stranger")

    @app.route("/login", methods=["GET", "POST"])
    def login():
        if request.method == "POST":
            session.clear()
            session["name"] = request.form["name"]
            if request.form.get("remember"):
                session.permanent = True
            return redirect(url_for("home"))
        return "a form"

    @app.route("/logout")
    def logout():
        session.pop("name", None)
        return redirect(url_for("home"))

    @app.route("/count")
    def count():
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.route("/untouched")
    def untouched():
        return "untouched"

    @app.route("/forbidden")
    def forbidden():
        session["seen"] = True
        abort(403)

    @app.route("/crash")
    def crash():
        session["crash"] = True
        raise RuntimeError("crash")

    @app.route("/cart/<item>")
    def cart(item):
        items = session.get("cart", [])
        items.append(item)
        session["cart"] = items
        return show(items)

    return app
