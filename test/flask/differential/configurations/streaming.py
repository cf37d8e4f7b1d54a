"""Answers that are made piece by piece."""

from flask import Response, g, request, session, stream_template, stream_with_context

from common import new_app


def create():
    app = new_app()

    @app.route("/plain")
    def plain():
        def pieces():
            yield "a"
            yield "b"

        return pieces()

    @app.route("/context")
    def context():
        g.word = "from g"

        @stream_with_context
        def pieces():
            yield request.args.get("name", "nobody")
            yield " " + g.word

        return Response(pieces(), mimetype="text/plain")

    @app.route("/bytes")
    def as_bytes():
        return Response((bytes([n]) for n in (97, 98, 99)), mimetype="application/octet-stream")

    @app.route("/headers")
    def headers():
        return Response((str(n) for n in range(3)), status=201, headers={"X-A": "1"})

    @app.route("/session")
    def with_session():
        session["a"] = 1

        def pieces():
            yield "streamed"

        return pieces()

    @app.route("/large")
    def large():
        return ("x" * 1000 for _ in range(100))

    @app.route("/empty")
    def empty():
        return (piece for piece in ())

    @app.route("/template")
    def template():
        return stream_template("folder/page.html", word="<x>")

    return app
