"""Speaks for the real itsdangerous and Flask: a JSON list of cases a line on standard input, a list of answers a line on standard output.

A case is signed here, and what the other side has signed is read here. Values come in the notation of the vectors' legend.
"""

import json
import math
import sys
import uuid
from datetime import datetime

import itsdangerous
from flask import Flask
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import BadData, Serializer, Signer, TimedSerializer, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer
from markupsafe import Markup

CLOCK = {"now": 0}


class Clocked(TimestampSigner):
    def get_timestamp(self):
        return CLOCK["now"]


def value_of(notation):
    if isinstance(notation, list):
        return [value_of(item) for item in notation]
    if not isinstance(notation, dict):
        return notation
    kind = notation["$type"]
    if kind == "dict":
        return {key: value_of(value) for key, value in notation["entries"]}
    if kind == "tuple":
        return tuple(value_of(item) for item in notation["items"])
    if kind == "bytes":
        return bytes.fromhex(notation["hex"])
    if kind == "markup":
        return Markup(notation["html"])
    if kind == "uuid":
        return uuid.UUID(notation["hex"])
    if kind == "datetime":
        return datetime.fromisoformat(notation["iso"])
    if kind == "float":
        return float(notation["repr"])
    if kind == "int":
        return int(notation["dec"])
    if kind == "utf16":
        return "".join(chr(unit) for unit in notation["units"])
    raise ValueError(kind)


def same(a, b):
    """Equal with the types equal as well: 1, 1.0 and True are three values."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b


def serializer_of(case):
    keys = [bytes.fromhex(key) for key in case["keys"]]
    options = {"key_derivation": case["keyDerivation"], "digest_method": getattr(__import__("hashlib"), case["digest"]), "sep": case["sep"]}
    timed = case["kind"] in ("TimestampSigner", "TimedSerializer", "URLSafeTimedSerializer", "Flask")
    if case["kind"] in ("Signer", "TimestampSigner"):
        return (Clocked if timed else Signer)(keys, salt=case["salt"], **options)
    kind = URLSafeTimedSerializer if case["kind"] == "Flask" else getattr(itsdangerous, case["kind"])
    inner = {"serializer": TaggedJSONSerializer()} if case["kind"] == "Flask" else {}
    return kind(keys, salt=case["salt"], signer=Clocked if timed else Signer, signer_kwargs=options, **inner)


def read(reader, token):
    """The value that a token has here, in a list; an empty one if it is refused."""
    try:
        if isinstance(reader, Signer):
            return [reader.unsign(token.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")]
        return [reader.loads(token)]
    except (BadData, UnicodeEncodeError, OverflowError, ValueError, TypeError):
        return []


def answer(case):
    CLOCK["now"] = case["time"]
    reader = serializer_of(case)
    value = value_of(case["value"])
    token = reader.sign(value).decode() if isinstance(reader, Signer) else reader.dumps(value)
    ours = read(reader, case["token"])
    changed = read(reader, case["changed"])
    return {
        "token": token,
        "readsOurs": len(ours) == 1 and same(ours[0], value),
        "readsChanged": len(changed) == 1,
        "changedIsSame": len(changed) == 1 and same(changed[0], value),
    }


# An application's context, because Flask sorts the keys only there.
with Flask(__name__).app_context():
    for line in sys.stdin:
        print(json.dumps([answer(case) for case in json.loads(line)]), flush=True)
