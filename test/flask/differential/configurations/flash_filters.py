"""Flashed messages with categories, filters and templates."""

from flask import flash, get_flashed_messages, redirect, render_template_string, request, session
from markupsafe import Markup

from common import new_app, show


def create():
    app = new_app()

    @app.route("/add/<category>/<message>")
    def add(category, message):
        flash(message, category)
        return "added"

    @app.route("/default/<message>")
    def default(message):
        flash(message)
        return "added"

    @app.route("/show")
    def shown():
        categories = request.args.getlist("c")
        return show([list(each) if isinstance(each, tuple) else each for each in get_flashed_messages(with_categories="w" in request.args, category_filter=categories)])

    @app.route("/twice")
    def twice():
        return show([get_flashed_messages(category_filter=["a"]), get_flashed_messages(category_filter=["b"]), get_flashed_messages()])

    @app.route("/template")
    def template():
        return render_template_string(
            "{% for c, m in get_flashed_messages(with_categories=true, category_filter=['a', 'b']) %}{{ c }}={{ m }};{% endfor %}"
            "{% for m in get_flashed_messages() %}{{ m }},{% endfor %}{{ get_flashed_messages()|length }}"
        )

    @app.route("/addshow")
    def add_show():
        flash("one", "a")
        first = get_flashed_messages()
        flash("two", "b")
        return show([first, get_flashed_messages()])

    @app.route("/showadd")
    def show_add():
        first = get_flashed_messages()
        flash("later", "b")
        return show(first)

    @app.route("/fail")
    def fail():
        flash("before the error")
        raise RuntimeError("no")

    @app.route("/redirect")
    def leads():
        flash("went", "a")
        return redirect("/show", 303)

    @app.route("/number")
    def number():
        flash("7", "1")
        return show(sorted(session))

    @app.errorhandler(500)
    def failed(error):
        return show(get_flashed_messages()), 500

    return app
