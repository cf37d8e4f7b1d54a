"""Speaks for the real Flask: one JSON request a line on standard input, one answer a line on standard output."""

import json
import sys
import uuid
from datetime import datetime, timezone

from flask import Flask, session
from markupsafe import Markup

app = Flask(__name__)


def to_plain(value):
    """Python's types by name, so that the other side can compare them."""
    if isinstance(value, tuple):
        return {"tuple": [to_plain(item) for item in value]}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, Markup):
        return {"markup": str(value)}
    if isinstance(value, uuid.UUID):
        return {"uuid": value.hex}
    if isinstance(value, datetime):
        return {"datetime": int(value.timestamp())}
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, int) and abs(value) > 2**53:
        return {"int": str(value)}
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {"dict": [[key, to_plain(item)] for key, item in value.items()]}
    return value


def from_plain(value):
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if isinstance(value, dict):
        (kind, content), = value.items()
        if kind == "dict":
            return {key: from_plain(item) for key, item in content}
        if kind == "tuple":
            return tuple(from_plain(item) for item in content)
        if kind == "bytes":
            return bytes.fromhex(content)
        if kind == "markup":
            return Markup(content)
        if kind == "uuid":
            return uuid.UUID(content)
        if kind == "datetime":
            return datetime.fromtimestamp(content, timezone.utc)
        if kind == "float":
            return float(content)
        if kind == "int":
            return int(content)
    return value


@app.route("/read")
def read():
    return json.dumps(to_plain(dict(session)))


@app.route("/write", methods=["POST"])
def write():
    from flask import request

    for key, value in from_plain(json.loads(request.get_data())).items():
        session[key] = value
    return ""


def answer_to(message):
    app.secret_key = message["key"]
    app.config["SECRET_KEY_FALLBACKS"] = message.get("fallbacks")
    with app.test_client(use_cookies=False) as client:
        if message["do"] == "read":
            response = client.get("/read", headers={"Cookie": "session=" + message["cookie"]})
            return {"status": response.status_code, "session": json.loads(response.get_data(as_text=True) or "null")}
        response = client.post("/write", data=json.dumps(message["session"]))
        header = response.headers.get("Set-Cookie", "")
        return {"status": response.status_code, "cookie": header.split(";")[0].partition("=")[2]}


# A line is one message, or a list of many.
for line in sys.stdin:
    message = json.loads(line)
    answer = [answer_to(each) for each in message] if isinstance(message, list) else answer_to(message)
    print(json.dumps(answer), flush=True)
