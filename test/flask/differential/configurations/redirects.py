"""redirect()."""

from flask import redirect, request, url_for

from common import new_app

TARGETS = {
    "path": "/there",
    "relative": "there",
    "parent": "../there",
    "query": "?a=1",
    "external": "https://example.com/x?y=1#z",
    "amp": "/search?q=R%26B",
    "hash": "/search?q=a%23b",
    "plus": "/search?q=a%2Bb",
    "next": "/login?next=%2Fa%3Fb%3D1",
    "slash": "/u/AC%2FDC",
    "twice": "/a?x=1&y=%26",
    "blank": "/a b",
    "accent": "/café?q=é",
    "encoded": "/caf%C3%A9",
    "percent": "/100%",
    "quotes": "/a\"b'c<d>e`f{g}|h\\i^j",
    "brackets": "/a[b]c",
    "protocol": "//example.com/x",
    "scheme": "javascript:alert(1)",
    "idn": "https://bücher.example/x",
    "star": "/a*b!c$d(e)",
    "fragment": "/a#b c",
    "empty": "",
}


def create():
    app = new_app()

    @app.route("/to/<name>")
    def to(name):
        return redirect(TARGETS[name])

    @app.route("/code/<int:code>")
    def code(code):
        return redirect("/there", code)

    @app.route("/url")
    def url():
        return redirect(url_for("search", q="R&B", page=2))

    @app.route("/search")
    def search():
        return request.args.get("q", "")

    @app.route("/external")
    def external():
        return redirect(url_for("search", _external=True))

    return app
