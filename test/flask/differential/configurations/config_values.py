"""app.config: its defaults, and the ways to fill it."""

import json
import os

from flask import current_app

from common import FOLDER, new_app, show

NAMES = [
    "DEBUG", "TESTING", "PROPAGATE_EXCEPTIONS", "SECRET_KEY_FALLBACKS", "PERMANENT_SESSION_LIFETIME", "USE_X_SENDFILE",
    "TRUSTED_HOSTS", "SERVER_NAME", "APPLICATION_ROOT", "SESSION_COOKIE_NAME", "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_PATH", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_PARTITIONED",
    "SESSION_COOKIE_SAMESITE", "SESSION_REFRESH_EACH_REQUEST", "MAX_CONTENT_LENGTH", "MAX_FORM_MEMORY_SIZE",
    "MAX_FORM_PARTS", "SEND_FILE_MAX_AGE_DEFAULT", "TRAP_BAD_REQUEST_ERRORS", "TRAP_HTTP_EXCEPTIONS",
    "EXPLAIN_TEMPLATE_LOADING", "PREFERRED_URL_SCHEME", "TEMPLATES_AUTO_RELOAD", "MAX_COOKIE_SIZE",
    "PROVIDE_AUTOMATIC_OPTIONS",
]


class Settings:
    OWN_A = "a"
    OWN_B = [1, 2]
    lower = "not taken"


def create():
    app = new_app()
    defaults = {name: app.config[name] for name in NAMES}
    defaults["PERMANENT_SESSION_LIFETIME"] = int(defaults["PERMANENT_SESSION_LIFETIME"].total_seconds())
    app.config.from_object(Settings)
    app.config.from_mapping({"OWN_MAP": 1, "own_map": 2}, OWN_KEYWORD=3)
    app.config.from_file(str(FOLDER / "static" / "settings.json"), load=json.load)
    app.config.from_file(str(FOLDER / "static" / "none.json"), load=json.load, silent=True)
    os.environ.update({
        "DIFFTEST_NUMBER": "7",
        "DIFFTEST_TEXT": "plain text",
        "DIFFTEST_TRUE": "true",
        "DIFFTEST_LIST": "[1, 2]",
        "DIFFTEST_DEEP__ONE": "1",
        "DIFFTEST_DEEP__TWO__THREE": "3",
        "DIFFTEST_QUOTED": '"quoted"',
    })
    app.config.from_prefixed_env("DIFFTEST")
    app.config["IMAGE_STORE_TYPE"] = "fs"
    app.config["IMAGE_STORE_PATH"] = "/var"

    @app.route("/default/<name>")
    def default(name):
        return show(defaults[name])

    @app.route("/value/<name>")
    def value(name):
        return show(current_app.config.get(name, "none"))

    @app.route("/namespace")
    def namespace():
        return show([app.config.get_namespace("IMAGE_STORE_"), app.config.get_namespace("IMAGE_", lowercase=False, trim_namespace=False)])

    @app.route("/missing")
    def missing():
        try:
            app.config.from_file(str(FOLDER / "none.json"), load=json.load)
        except OSError:
            return "an error"
        return "no error"

    return app
