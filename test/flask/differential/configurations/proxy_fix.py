"""What the proxies in front of the application report."""

from flask import redirect, request, session, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from common import new_app, show


def create(**trusted):
    app = new_app()
    app.wsgi_app = ProxyFix(app.wsgi_app, **trusted)

    @app.route("/facts")
    def facts():
        return show({
            "url": request.url,
            "base_url": request.base_url,
            "url_root": request.url_root,
            "host": request.host,
            "host_url": request.host_url,
            "scheme": request.scheme,
            "is_secure": request.is_secure,
            "script_root": request.script_root,
            "path": request.path,
            "remote_addr": request.remote_addr,
            "external": url_for("facts", _external=True),
            "internal": url_for("facts", a=1),
        })

    @app.route("/leave")
    def leave():
        return redirect(url_for("facts"))

    @app.route("/folder/")
    def folder():
        return "folder"

    @app.route("/login")
    def login():
        session["user"] = "ada"
        return "in"

    return app
