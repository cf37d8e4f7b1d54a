"""What an application adds to its templates."""

from flask import Blueprint, current_app, g, render_template, render_template_string, request

from common import new_app, show


def create():
    app = new_app()
    shop = Blueprint("shop", __name__, url_prefix="/shop")

    @app.context_processor
    def everywhere():
        return {"brand": "Latch", "user": "nobody", "twice": lambda x: x * 2}

    @app.context_processor
    def more():
        return {"path_length": len(request.path)}

    @shop.context_processor
    def only_shop():
        return {"brand": "Shop"}

    @app.template_filter("shout")
    def shout(text, mark="!"):
        return text.upper() + mark

    @app.template_filter()
    def backwards(text):
        return text[::-1]

    @app.template_test("tiny")
    def is_tiny(number):
        return number < 3

    @app.template_global()
    def add(a, b=10):
        return a + b

    @app.template_global("answer")
    def the_answer():
        return 42

    app.jinja_env.globals["fixed"] = "global"
    app.jinja_env.filters["half"] = lambda number: number / 2

    texts = {
        "context": "{{ brand }} {{ user }} {{ path_length }}",
        "override": "{{ user }}",
        "function": "{{ twice(4) }}",
        "filter": "{{ 'abc'|shout }} {{ 'abc'|shout('?') }} {{ 'abc'|shout(mark='.') }} {{ 'abc'|backwards }} {{ 8|half|int }}",
        "test": "{{ 'yes' if 2 is tiny else 'no' }}{{ 'yes' if 5 is not tiny else 'no' }}",
        "global": "{{ add(1) }} {{ add(1, 2) }} {{ add(1, b=3) }} {{ answer() }} {{ fixed }}",
        "g": "{{ g.counter }}",
    }

    @app.route("/<name>")
    def one(name):
        g.counter = 7
        return render_template_string(texts[name], **({"user": "ada"} if name == "override" else {}))

    @shop.route("/<name>")
    def two(name):
        return render_template_string(texts[name])

    @app.route("/current/app")
    def current():
        return show([current_app.name, current_app.config["TESTING"], current_app.debug])

    @app.errorhandler(404)
    def missing(error):
        return render_template_string("{{ brand }}: {{ error.code }}", error=error), 404

    @app.route("/file/page")
    def page():
        return render_template("folder/page.html", word="<x>")

    app.register_blueprint(shop)
    return app
