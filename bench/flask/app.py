"""The application that is measured, in Python; app.ts is the same. gunicorn runs it."""

from flask import Flask, render_template, session

app = Flask(__name__)
# The same key on both sides, so that a visitor's cookie is as long here as there.
app.secret_key = "4e1c9a07d3b65f8209ecd4175ab3f6083dd7c2e95b40168f"


@app.route("/")
@app.route("/hello/<name>")
def hello(name=None):
    return render_template("hello.html", person=name)


@app.route("/start")
def start():
    session["user"] = {"id": 7, "name": "Ada Lovelace", "roles": ["editor", "reader"]}
    session["visits"] = 0
    return {"ok": True}


@app.route("/read")
def read():
    return {"ok": session["user"]["name"] == "Ada Lovelace"}


@app.route("/write")
def write():
    session["visits"] += 1
    return {"ok": True}
