"""An application that is made of random pieces; generated/app.ts makes the same one."""

from flask import (
    Blueprint, Response, abort, after_this_request, flash, g, get_flashed_messages, jsonify, make_response, redirect,
    render_template_string, request, session, url_for,
)
from werkzeug.exceptions import HTTPException

from common import new_app, show


class Base(Exception):
    pass


class Derived(Base):
    pass


class Other(Exception):
    pass


CLASSES = {"Base": Base, "Derived": Derived, "Other": Other, "HTTP": HTTPException, "Error": Exception}


def trail(word):
    g.trail = g.get("trail", []) + [word]


def step(what, argument):
    if what == "trail":
        trail(argument)
    elif what == "set":
        session[argument[0]] = argument[1]
    elif what == "count":
        session[argument] = session.get(argument, 0) + 1
    elif what == "pop":
        session.pop(argument, None)
    elif what == "clear":
        session.clear()
    elif what == "permanent":
        session.permanent = argument
    elif what == "append":
        session.setdefault("list", []).append(argument)
        session.modified = True
    elif what == "flash":
        flash(*argument)
    elif what == "raise":
        raise CLASSES[argument](argument)
    elif what == "abort":
        abort(argument)
    elif what == "abortresponse":
        abort(make_response("aborted", argument))
    elif what == "after":
        def later(response):
            trail("this-" + argument)
            response.headers["X-This"] = argument
            return response

        after_this_request(later)
    elif what == "form":
        trail(show(list(request.form.items(multi=True))))
    elif what == "key":
        trail(request.form[argument])
    elif what == "json":
        request.get_json()
    elif what == "if":
        if request.args.get("if") == argument[0]:
            return run(argument[1])
    elif what == "url":
        try:
            trail(url_for(argument[0], **argument[1]))
        except Exception:
            trail("no address")
    return None


def facts():
    return [
        request.method, request.path, request.endpoint, request.blueprint, request.blueprints, request.view_args,
        list(request.args.items(multi=True)), request.full_path, g.get("trail", []),
    ]


def result(what, argument):
    if what == "text":
        return argument
    if what == "facts":
        return show(facts())
    if what == "json":
        return argument
    if what == "status":
        return "text", argument
    if what == "headers":
        return "text", argument[0], argument[1]
    if what == "redirect":
        return redirect(*argument)
    if what == "session":
        return show(dict(session))
    if what == "flashes":
        return show([list(each) for each in get_flashed_messages(with_categories=True)])
    if what == "body":
        return show([request.get_data(as_text=True), request.mimetype])
    if what == "jsonin":
        return show(request.get_json(silent=True))
    if what == "values":
        return show(list(request.values.items(multi=True)))
    if what == "cookie":
        response = make_response("cookie")
        response.set_cookie(argument[0], argument[1])
        return response
    if what == "cookies":
        return show(request.cookies.to_dict())
    if what == "template":
        return render_template_string(argument)
    if what == "stream":
        return (str(each) for each in argument)
    if what == "nothing":
        return None
    if what == "jsonify":
        return jsonify(argument)
    return show(what)


def run(body):
    for what, argument in body["steps"]:
        early = step(what, argument)
        if early is not None:
            return early
    return result(*body["result"]) if body["result"] else None


def create(spec):
    app = new_app()
    app.config.update(spec["settings"])
    app.url_map.strict_slashes = True
    places = {"": app}
    for each in spec["blueprints"]:
        places[each["name"]] = Blueprint(each["name"], __name__, url_prefix=each["prefix"])

    def view_of(body):
        return lambda **values: run(body)

    for rule in spec["rules"]:
        options = {}
        for name in ("methods", "defaults", "strict_slashes", "provide_automatic_options"):
            if rule.get(name) is not None:
                options[name] = rule[name]
        places[rule["place"]].add_url_rule(rule["rule"], rule["endpoint"], view_of(rule["body"]), **options)

    def hook_of(hook):
        kind, name, body = hook["kind"], hook["name"], hook["body"]
        if kind == "before":
            def before():
                trail("before-" + name)
                return run(body)

            return before
        if kind == "after":
            def after(response):
                trail("after-" + name)
                found = run(body)
                if found is not None:
                    return make_response(found)
                response.headers["X-Trail"] = ",".join(g.get("trail", []))
                return response

            return after
        if kind == "values":
            def values(endpoint, values):
                trail(f"values-{name}-{endpoint}")

            return values

        def context():
            return {"word": name}

        return context

    for hook in spec["hooks"]:
        place = places[hook["place"]]
        names = {"before": "before_request", "after": "after_request", "values": "url_value_preprocessor", "context": "context_processor"}
        getattr(place, names[hook["kind"]])(hook_of(hook))

    def handler_of(handler):
        def handle(error):
            code = getattr(error, "code", None)
            trail(f"handler-{handler['name']}-{code}")
            if handler["body"] is None:
                return error if isinstance(error, HTTPException) else ("handled", 500)
            found = run(handler["body"])
            return (found, handler["status"]) if isinstance(found, str) else found

        return handle

    for handler in spec["handlers"]:
        what = handler["what"]
        places[handler["place"]].register_error_handler(CLASSES[what] if isinstance(what, str) else what, handler_of(handler))
    for each in reversed(spec["blueprints"]):
        places[each["parent"]].register_blueprint(places[each["name"]])
    return app
