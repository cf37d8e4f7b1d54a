"""Errors where no handler is set, and one handler for all errors of HTTP."""

from flask import Blueprint, abort, jsonify
from werkzeug.exceptions import HTTPException

from common import new_app


def create():
    app = new_app()
    api = Blueprint("api", __name__, url_prefix="/api")

    @api.errorhandler(HTTPException)
    def as_json(error):
        return jsonify(code=error.code, name=error.name, description=error.description), error.code

    @api.errorhandler(Exception)
    def any_error(error):
        return jsonify(error=str(error)), 500

    @api.route("/404")
    def missing():
        abort(404, "no row")

    @api.route("/403")
    def forbidden():
        abort(403, description="no access")

    @api.route("/boom")
    def boom():
        raise RuntimeError("boom")

    @app.route("/boom")
    def crash():
        raise RuntimeError("boom")

    @app.route("/401")
    def unauthorized():
        abort(401)

    @app.route("/429")
    def many():
        abort(429, "slow down")

    @app.route("/none")
    def nothing():
        return None

    app.register_blueprint(api)
    return app
