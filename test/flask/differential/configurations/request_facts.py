"""What a request says of itself."""

from flask import request

from common import new_app, show


def create():
    app = new_app()

    @app.route("/facts/<path:rest>", methods=["GET", "POST"])
    @app.route("/facts", methods=["GET", "POST"], defaults={"rest": None})
    def facts(rest):
        return show({
            "method": request.method,
            "path": request.path,
            "full_path": request.full_path,
            "url": request.url,
            "base_url": request.base_url,
            "url_root": request.url_root,
            "root_url": request.root_url,
            "host": request.host,
            "host_url": request.host_url,
            "scheme": request.scheme,
            "is_secure": request.is_secure,
            "script_root": request.script_root,
            "endpoint": request.endpoint,
            "blueprint": request.blueprint,
            "view_args": request.view_args,
            "remote_addr": request.remote_addr,
            "referrer": request.referrer,
            "user_agent": request.user_agent.string,
            "mimetype": request.mimetype,
            "content_length": request.content_length,
            "query": request.query_string.decode("latin-1"),
            "url_rule": request.url_rule.rule,
            "access_route": list(request.access_route),
        })

    @app.route("/headers")
    def headers():
        return show([request.headers.get("X-One"), request.headers.get("x-one"), request.headers.get("X-None", "none")])

    @app.route("/auth")
    def auth():
        given = request.authorization
        return show(None if given is None else [given.type, given.username, given.password, given.token])

    return app
