"""Slashes at the end and in the middle of an address."""

from common import new_app, show


def create():
    app = new_app()

    def answer(name):
        def view(**values):
            return name + " " + show(values)

        return view

    app.add_url_rule("/blog/", "blog", answer("blog"), methods=["GET", "POST"])
    app.add_url_rule("/about", "about", answer("about"))
    app.add_url_rule("/loose/", "loose", answer("loose"), strict_slashes=False)
    app.add_url_rule("/tight", "tight", answer("tight"), strict_slashes=False)
    app.add_url_rule("/user/<name>/", "user", answer("user"))
    app.add_url_rule("/both", "both1", answer("both1"))
    app.add_url_rule("/both/", "both2", answer("both2"))
    app.add_url_rule("/a/b", "ab", answer("ab"))
    app.add_url_rule("/a/<path:p>", "path", answer("path"))
    app.add_url_rule("/raw//x", "raw", answer("raw"), merge_slashes=False)
    app.add_url_rule("/café/", "accent", answer("accent"))
    app.add_url_rule("/post/", "post", answer("post"), methods=["POST"])
    return app
