"""Answers requests with the real Flask: one JSON message a line on standard input, one answer a line."""

import base64
import json
import sys
import traceback
import warnings

import flask
import werkzeug

warnings.simplefilter("ignore")


def answer(message):
    if message["do"] == "versions":
        from importlib.metadata import version

        return {"flask": version("flask"), "werkzeug": version("werkzeug")}
    names = {"__name__": "application", "flask": flask, "werkzeug": werkzeug}
    exec("from flask import *\n" + message["code"], names)
    if message["do"] == "evaluate":
        return {"value": names["value"]}
    app = names["app"]
    client = app.test_client(use_cookies=message.get("cookies", True))
    answers = []
    for request in message["requests"]:
        response = client.open(
            request["path"],
            method=request.get("method", "GET"),
            headers=request.get("headers") or {},
            data=base64.b64decode(request["body"]) if request.get("body") else None,
        )
        answers.append(
            {
                "status": response.status_code,
                "headers": [[name.lower(), value] for name, value in response.headers],
                "text": response.get_data().decode("utf-8", "replace"),
            }
        )
        response.close()
    return {"answers": answers}


for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except Exception as error:  # the other side shows it
        result = {"error": repr(error), "trace": traceback.format_exc()}
    print(json.dumps(result), flush=True)
