"""What a request accepts, and other headers that are taken apart."""

from flask import jsonify, request

from common import new_app, show


def create():
    app = new_app()

    @app.route("/types")
    def types():
        offers = request.args.getlist("o") or ["application/json", "text/html"]
        found = request.accept_mimetypes
        return show([found.best_match(offers), found.best_match(offers, "none"), found.best, list(found.values()), "text/html" in found, float(found.quality("application/json")) == 1, found.accept_json, found.accept_html, found.accept_xhtml])

    @app.route("/languages")
    def languages():
        offers = request.args.getlist("o") or ["en", "de", "fr"]
        found = request.accept_languages
        return show([found.best_match(offers), found.best_match(offers, "xx"), found.best, list(found.values()), "en" in found])

    @app.route("/encodings")
    def encodings():
        found = request.accept_encodings
        return show([found.best_match(["gzip", "br"]), "gzip" in found, found.best])

    @app.route("/charsets")
    def charsets():
        found = request.accept_charsets
        return show([found.best_match(["utf-8", "iso-8859-1"]), found.best])

    @app.route("/auth")
    def auth():
        given = request.authorization
        if given is None:
            return "none"
        return show([given.type, given.username, given.password, given.token, given.get("realm"), dict(given.parameters) if given.parameters else None])

    return app
