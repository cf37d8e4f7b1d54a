"""Blueprints: prefixes, nesting, handlers, hooks, folders and names of their own."""

from flask import Blueprint, abort, g, request, url_for

from common import new_app, show


def create():
    app = new_app()
    auth = Blueprint("auth", __name__, url_prefix="/auth")
    blog = Blueprint("blog", __name__)
    admin = Blueprint("admin", __name__, url_prefix="/admin")
    users = Blueprint("users", __name__, url_prefix="/users")
    files = Blueprint("files", __name__, url_prefix="/files", static_folder=app.root_path + "/static", static_url_path="/assets")

    @auth.route("/login", methods=["GET", "POST"])
    def login():
        return show([request.method, request.endpoint, request.blueprint, request.blueprints, url_for(".logout"), url_for("blog.index"), url_for("auth.login")])

    @auth.route("/logout")
    def logout():
        return "out"

    @auth.before_request
    def before():
        g.trail = g.get("trail", []) + ["auth"]
        if request.args.get("stop"):
            return "stopped"

    @auth.after_request
    def after(response):
        response.headers["X-Trail"] = ",".join(g.trail)
        return response

    @auth.errorhandler(404)
    def missing(error):
        return "no such page of auth", 404

    @auth.route("/missing")
    def gone():
        abort(404)

    @auth.app_errorhandler(410)
    def removed(error):
        return "gone everywhere", 410

    @auth.route("/teapot")
    def teapot():
        abort(418)

    @blog.route("/")
    def index():
        return "the blog " + str(request.blueprint)

    @blog.route("/gone")
    def away():
        abort(410)

    @blog.route("/post/<int:id>")
    def post(id):
        return show([id, url_for(".post", id=id + 1), url_for("blog.post", id=1)])

    @app.before_request
    def first():
        g.trail = g.get("trail", []) + ["app"]

    @app.route("/plain")
    def plain():
        return show([request.blueprint, request.blueprints, g.trail])

    @users.route("/")
    def listing():
        return show([request.endpoint, request.blueprint, request.blueprints, g.trail, url_for(".listing"), url_for("admin.users.one", id=3)])

    @users.route("/<int:id>")
    def one(id):
        if id == 0:
            raise LookupError("nobody")
        return str(id)

    @admin.before_request
    def guard():
        g.trail = g.get("trail", []) + ["admin"]

    @admin.errorhandler(LookupError)
    def lookup(error):
        return f"admin says: {error}", 404

    @admin.route("/")
    def dashboard():
        return url_for(".users.listing")

    @files.route("/where")
    def where():
        return show([url_for(".static", filename="style.css"), url_for("static", filename="style.css")])

    admin.register_blueprint(users)
    app.register_blueprint(auth)
    app.register_blueprint(blog, url_prefix="/blog")
    app.register_blueprint(blog, url_prefix="/news", name="news")
    app.register_blueprint(admin)
    app.register_blueprint(files)
    app.add_url_rule("/index", endpoint="blog.index")

    @app.errorhandler(418)
    def short(error):
        return "short and stout", 418

    return app
