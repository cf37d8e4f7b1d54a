"""The application in Python. app.ts is the same, line by line."""

import os
import signal
from pathlib import Path

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from werkzeug.serving import make_server

app = Flask(__name__)
# As latchkey/flask has it unless told otherwise.
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"


def read_keys():
    """The file has the current key in its first line, and older or coming ones below."""
    current, *others = Path(os.environ["SECRET_KEY_FILE"]).read_text().splitlines()
    app.config["SECRET_KEY"] = current
    app.config["SECRET_KEY_FALLBACKS"] = others


pages = Blueprint("pages", __name__, url_prefix="/python")


@pages.route("/")
def index():
    return render_template("page.html", side="Flask in Python", other="/typescript/")


@pages.route("/login", methods=["POST"])
def login():
    session.clear()
    session["name"] = request.form["name"]
    flash(f"Welcome, {session['name']}.")
    return redirect(url_for("pages.index"))


@pages.route("/note", methods=["POST"])
def note():
    flash(request.form["text"], "note")
    return redirect(url_for("pages.index") if "stay" in request.form else "/typescript/")


@pages.route("/logout", methods=["POST"])
def logout():
    session.clear()
    return redirect(url_for("pages.index"))


app.register_blueprint(pages)

if __name__ == "__main__":
    read_keys()

    def again(*_):
        read_keys()
        print("the keys were read again", flush=True)

    signal.signal(signal.SIGHUP, again)
    server = make_server("127.0.0.1", int(os.environ.get("PORT", "5000")), app, threaded=True)
    print(f"Running on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
