"""Messages for the next page."""

from flask import flash, get_flashed_messages, redirect, render_template_string, session

from common import new_app, show


def create():
    app = new_app()

    @app.route("/flash")
    def one():
        flash("saved")
        return redirect("/show")

    @app.route("/categories")
    def categories():
        flash("plain")
        flash("it worked", "success")
        flash("<b>bold</b> é", "error")
        return "flashed"

    @app.route("/show")
    def shown():
        return show(get_flashed_messages())

    @app.route("/pairs")
    def pairs():
        return show([list(pair) for pair in get_flashed_messages(with_categories=True)])

    @app.route("/filter")
    def filtered():
        return show([get_flashed_messages(category_filter=["error"]), get_flashed_messages()])

    @app.route("/same")
    def same():
        flash("now")
        return show(get_flashed_messages())

    @app.route("/late")
    def late():
        before = get_flashed_messages()
        flash("late")
        return show([before, get_flashed_messages()])

    @app.route("/template")
    def template():
        return render_template_string(
            "{% with messages = get_flashed_messages(with_categories=true) %}"
            "{% for category, message in messages %}[{{ category }}: {{ message }}]{% endfor %}{% endwith %}"
        )

    @app.route("/nowhere2")
    def other():
        return "other"

    @app.route("/clear")
    def clear():
        session.clear()
        return "cleared"

    @app.route("/peek")
    def peek():
        return show("_flashes" in session)

    return app
