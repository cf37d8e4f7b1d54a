"""Cookies of the application's own."""

from datetime import datetime, timedelta, timezone

from flask import make_response, request

from common import new_app, show

SET = {
    "plain": dict(value="1"),
    "all": dict(value="1", max_age=3600, path="/p", domain="example.com", secure=True, httponly=True, samesite="Lax"),
    "strict": dict(value="1", samesite="Strict"),
    "none": dict(value="1", samesite="None", secure=True),
    "lower": dict(value="1", samesite="lax"),
    "age0": dict(value="1", max_age=0),
    "expires": dict(value="1", expires=datetime(2100, 1, 2, 3, 4, 5, tzinfo=timezone.utc)),
    "timedelta": dict(value="1", max_age=timedelta(minutes=2)),
    "blank": dict(value="a b"),
    "semicolon": dict(value="a;b,c"),
    "quote": dict(value='a"b\\c'),
    "accent": dict(value="é€"),
    "empty": dict(value=""),
    "nopath": dict(value="1", path=None),
    "partitioned": dict(value="1", partitioned=True),
    "wrong": dict(value="1", samesite="Sometimes"),
    "equals": dict(value="a=b=c"),
}


def create():
    app = new_app()

    @app.route("/set/<name>")
    def put(name):
        response = make_response("set")
        response.set_cookie("c", **SET[name])
        return response

    @app.route("/two")
    def two():
        response = make_response("two", 201)
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        response.set_cookie("a", "3")
        return response

    @app.route("/delete")
    def delete():
        response = make_response("deleted")
        response.delete_cookie("c")
        response.delete_cookie("d", path="/p", domain="example.com", secure=True, httponly=True, samesite="Lax")
        return response

    @app.route("/read")
    def read():
        return show(request.cookies.to_dict())

    @app.route("/get")
    def get():
        return show([request.cookies.get("a"), request.cookies.get("z", "none"), request.cookies.get("n", type=int), "a" in request.cookies])

    @app.route("/key")
    def key():
        return request.cookies["missing"]

    return app
