"""The real Flask with the real Jinja: one JSON request a line on standard input, one answer a line on standard output."""

import json
import sys
from datetime import datetime, timezone

from flask import Flask, flash, g, render_template, render_template_string, session
from jinja2 import DictLoader
from markupsafe import Markup


class User:
    """A class with an attribute, a method and a property."""

    def __init__(self, name, on):
        self.name = name
        self.on = on

    def greet(self, word="Hello", mark="!"):
        return f"{word} {self.name}{mark}"

    @property
    def initial(self):
        return self.name[0]


def value_of(plain):
    if isinstance(plain, list):
        return [value_of(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if "$date" in plain:
        return datetime.fromisoformat(plain["$date"]).astimezone(timezone.utc)
    if "$markup" in plain:
        return Markup(plain["$markup"])
    if "$tuple" in plain:
        return tuple(value_of(item) for item in plain["$tuple"])
    if "$set" in plain:
        return set(plain["$set"])
    if "$user" in plain:
        return User(*plain["$user"])
    if "$function" in plain:
        return {"add": lambda a, b=0: a + b, "html": lambda: Markup("<i>"), "text": lambda: "<i>"}[plain["$function"]]
    return {key: value_of(item) for key, item in plain.items()}


def make_app():
    app = Flask(__name__)
    app.secret_key = "not a secret, for the tests of templates only"
    app.config["APP_NAME"] = "App"
    app.add_url_rule("/", "home", lambda: "", methods=["GET", "POST"])
    app.add_url_rule("/user/<int:id>", "user", lambda id: "")
    app.add_url_rule("/search", "search", lambda: "")
    return app


app = make_app()
for line in sys.stdin:
    message = json.loads(line)
    if message.get("do") == "names":
        env = app.jinja_env
        names = {"filters": sorted(env.filters), "tests": sorted(env.tests), "globals": sorted(env.globals)}
        print(json.dumps(names), flush=True)
        continue
    app.jinja_env.loader = DictLoader(message.get("files", {}))
    app.jinja_env.cache.clear()
    context = {key: value_of(item) for key, item in message.get("context", {}).items()}
    with app.test_request_context("/?q=Q", method="POST", data={"title": "T"}):
        session["user"] = "ada"
        g.user = "gu"
        g.nobody = None
        for text, category in message.get("flashes", []):
            flash(text, category)
        try:
            if "text" in message:
                answer = {"text": render_template_string(message["text"], **context)}
            else:
                answer = {"text": render_template(message["name"], **context)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
