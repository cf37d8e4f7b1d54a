"""The real Flask: starts one application after the other, each on a port of its own.

Answers each JSON line of standard input with one JSON line. It also signs and opens session
cookies, so that a cookie of either side is judged by itsdangerous.
"""

import importlib
import json
import logging
import sys
import threading
import time
from unittest import mock

from flask import Flask
from flask.json import tag
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
logging.getLogger("configurations").setLevel(logging.CRITICAL)
servers = {}


def start(message):
    if "spec" in message:
        app = importlib.import_module("configurations.generated").create(message["spec"])
    else:
        app = importlib.import_module("configurations." + message["name"].replace("-", "_")).create()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    servers[message["name"]] = (server, thread)
    return {"port": server.server_port}


def stop(message):
    server, thread = servers.pop(message["name"])
    server.shutdown()
    thread.join()
    server.server_close()
    return {}


class Compact:
    """JSON as a session has it, but with the tags left as they are."""

    @staticmethod
    def dumps(value):
        return json.dumps(value, separators=(",", ":"), sort_keys=True)

    loads = staticmethod(json.loads)


def serializer(key):
    options = {"key_derivation": "hmac", "digest_method": Flask.session_interface.digest_method}
    return URLSafeTimedSerializer(key, salt="cookie-session", serializer=Compact, signer_kwargs=options)


def opened(message):
    for key in message["keys"]:
        try:
            return {"content": Compact.dumps(serializer(key).loads(message["cookie"]))}
        except BadData:
            continue
    return {"content": None}


def sign(message):
    moment = int(time.time()) - message["age"]
    with mock.patch.object(TimestampSigner, "get_timestamp", lambda _: moment):
        return {"cookie": serializer(message["key"]).dumps(message["content"])}


def aged(message):
    """The same cookie, as if it had been signed some time ago."""
    for key in message["keys"]:
        try:
            content = serializer(key).loads(message["cookie"])
        except BadData:
            continue
        return sign({"content": content, "age": message["age"], "key": key})
    return {"cookie": message["cookie"]}


assert tag.TaggedJSONSerializer  # The tags in `content` are those of this class.
COMMANDS = {"start": start, "stop": stop, "open": opened, "sign": sign, "age": aged}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = COMMANDS[request["do"]](request)
    except Exception as error:  # The other side says which request it was.
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
