"""Small pages of the kind that a first application has."""

from flask import abort, jsonify, make_response, redirect, render_template_string, request, session, url_for
from markupsafe import escape

from common import new_app

PAGE = "<!doctype html>\n<title>Hello</title>\n{% if person %}<h1>Hello {{ person }}!</h1>{% else %}<h1>Hello, World!</h1>{% endif %}"


def create():
    app = new_app()

    @app.route("/")
    def index():
        if "username" in session:
            return f"Logged in as {session['username']}"
        return "You are not logged in"

    @app.route("/escape/<name>")
    def hello(name):
        return f"Hello, {escape(name)}!"

    @app.route("/page/")
    @app.route("/page/<name>")
    def page(name=None):
        return render_template_string(PAGE, person=name)

    @app.route("/login", methods=["GET", "POST"])
    def login():
        if request.method == "POST":
            session["username"] = request.form["username"]
            return redirect(url_for("index"))
        return '<form method="post"><input name="username"></form>'

    @app.route("/logout")
    def logout():
        session.pop("username", None)
        return redirect(url_for("index"))

    @app.route("/upload", methods=["POST"])
    def upload():
        return str(len(request.files["the_file"].read()))

    @app.route("/search")
    def search():
        return request.args.get("key", "")

    @app.route("/cookie")
    def cookie():
        response = make_response("seen " + request.cookies.get("username", "nobody"))
        response.set_cookie("username", "the username")
        return response

    @app.route("/401")
    def denied():
        abort(401)

    @app.errorhandler(404)
    def not_found(error):
        response = make_response("<h1>not here</h1>", 404)
        response.headers["X-Something"] = "A value"
        return response

    @app.route("/me")
    def me():
        return {"username": "ada", "theme": "dark"}

    @app.route("/users")
    def users():
        return [{"name": "ada"}, {"name": "bob"}]

    @app.route("/total")
    def total():
        a = request.args.get("a", 0, type=float)
        b = request.args.get("b", 0, type=float)
        return jsonify(result=f"{a + b:.2f}")

    return app
