"""Files with conditions and ranges, names and types of every kind."""

import io
from datetime import datetime, timezone

from flask import request, send_file, send_from_directory

from common import FOLDER, new_app

MODIFIED = datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
DATA = b"0123456789"
OPTIONS = {
    "plain": dict(mimetype="text/plain"),
    "etag": dict(mimetype="text/plain", etag="tag"),
    "modified": dict(mimetype="text/plain", last_modified=MODIFIED),
    "both": dict(mimetype="text/plain", etag="tag", last_modified=MODIFIED),
    "seconds": dict(mimetype="text/plain", last_modified=1577934245),
    "unconditional": dict(mimetype="text/plain", etag="tag", last_modified=MODIFIED, conditional=False),
    "age": dict(mimetype="text/plain", max_age=100),
    "agefunction": dict(mimetype="text/plain", max_age=lambda name: 7),
    "agenone": dict(mimetype="text/plain", max_age=lambda name: None),
    "charset": dict(mimetype="text/plain; charset=latin-1"),
    "json": dict(mimetype="application/json"),
    "svg": dict(download_name="a.svg"),
    "js": dict(download_name="a.js"),
    "mjs": dict(download_name="a.mjs"),
    "css": dict(download_name="a.css"),
    "htm": dict(download_name="a.HTM"),
    "md": dict(download_name="a.md"),
    "txtgz": dict(download_name="a.txt.gz"),
    "targz": dict(download_name="a.tar.gz"),
    "tgz": dict(download_name="a.tgz"),
    "gz": dict(download_name="a.gz"),
    "zip": dict(download_name="a.zip"),
    "pdf": dict(download_name="a.pdf"),
    "png": dict(download_name="a.png"),
    "jpg": dict(download_name="a.jpg"),
    "ico": dict(download_name="a.ico"),
    "webp": dict(download_name="a.webp"),
    "csv": dict(download_name="a.csv"),
    "xml": dict(download_name="a.xml"),
    "xhtml": dict(download_name="a.xhtml"),
    "xlsx": dict(download_name="a.xlsx"),
    "mp4": dict(download_name="a.mp4"),
    "mp3": dict(download_name="a.mp3"),
    "wav": dict(download_name="a.wav"),
    "woff2": dict(download_name="a.woff2"),
    "wasm": dict(download_name="a.wasm"),
    "py": dict(download_name="a.py"),
    "yaml": dict(download_name="a.yaml"),
    "toml": dict(download_name="a.toml"),
    "ts": dict(download_name="a.ts"),
    "map": dict(download_name="a.js.map"),
    "unknown": dict(download_name="a.unknownending"),
    "noending": dict(download_name="README"),
    "dotfile": dict(download_name=".profile"),
    "blank": dict(download_name="a b.txt", as_attachment=True),
    "semicolon": dict(download_name="a;b.txt", as_attachment=True),
    "quote": dict(download_name="a'b\"c.txt", as_attachment=True),
    "backslash": dict(download_name="a\\b.txt", as_attachment=True),
    "umlaut": dict(download_name="ü.txt", as_attachment=True),
    "euro": dict(download_name="€ rates (1)~!.txt", as_attachment=True),
    "emoji": dict(download_name="😀.txt", as_attachment=True),
    "cjk": dict(download_name="文件.txt", as_attachment=True),
    "percent": dict(download_name="100%.txt", as_attachment=True),
    "slash": dict(download_name="a/b.txt", as_attachment=True),
    "inline": dict(download_name="ü.txt"),
    "emptyname": dict(download_name="", mimetype="text/plain"),
    "noname": dict(mimetype="text/plain", as_attachment=True),
    "nothing": dict(),
}


def create():
    app = new_app()

    @app.route("/bytes/<name>")
    def send(name):
        return send_file(io.BytesIO(DATA), **OPTIONS[name])

    @app.route("/file/<path:name>", methods=["GET", "POST"])
    def from_file(name):
        return send_from_directory("static", name, download_name=request.args.get("as"), as_attachment="attach" in request.args, max_age=request.args.get("age", type=int))

    return app
