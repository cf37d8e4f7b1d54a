"""send_file and send_from_directory."""

import io
from datetime import datetime, timezone

from flask import request, send_file, send_from_directory

from common import FOLDER, new_app

STATIC = FOLDER / "static"
NOTES = str(STATIC / "notes.txt")
OPTIONS = {
    "plain": {},
    "attachment": dict(as_attachment=True),
    "named": dict(as_attachment=True, download_name="report.txt"),
    "inline": dict(download_name="shown.html"),
    "accent": dict(as_attachment=True, download_name="Bär €.txt"),
    "quote": dict(as_attachment=True, download_name='a "b".txt'),
    "type": dict(mimetype="application/x-own"),
    "noetag": dict(etag=False),
    "etag": dict(etag="own-tag"),
    "age": dict(max_age=60),
    "age0": dict(max_age=0),
    "modified": dict(last_modified=datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc)),
    "unconditional": dict(conditional=False),
}


def create():
    app = new_app()

    @app.route("/send/<name>")
    def send(name):
        return send_file(NOTES, **OPTIONS[name])

    @app.route("/relative")
    def relative():
        return send_file("static/notes.txt")

    @app.route("/missing")
    def missing():
        return send_file("static/none.txt")

    @app.route("/bytes")
    def from_bytes():
        return send_file(io.BytesIO(b"0123456789"), mimetype="text/plain")

    @app.route("/bytesnamed")
    def from_bytes_named():
        return send_file(io.BytesIO(b"a,b\n1,2\n"), as_attachment=True, download_name="table.csv")

    @app.route("/directory/<path:name>")
    def directory(name):
        return send_from_directory(STATIC, name)

    @app.route("/download/<path:name>")
    def download(name):
        return send_from_directory(STATIC, name, as_attachment=True)

    @app.route("/query")
    def query():
        return send_from_directory("static", request.args["name"])

    return app
