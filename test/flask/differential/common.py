"""What the configurations of Flask's side share."""

import json
import pathlib

from flask import Flask

FOLDER = pathlib.Path(__file__).parent / "configurations"
KEY = "4e1c9a07d3b65f8209ecd4175ab3f6083dd7c2e95b40168f"
OLD_KEY = "97b20cf4e8153ad6706b9e2f81c5d43af0267e9d5c18b34a"


def new_app(**options):
    """An application of the folder of all configurations, with the key."""
    app = Flask("configurations", root_path=str(FOLDER), **options)
    app.config["SECRET_KEY"] = KEY
    return app


def show(value):
    """A value as text that both languages write alike; show.ts is the same function."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False, default=str)
