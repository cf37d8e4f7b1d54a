"""Templates of a folder, with what Flask puts into them."""

from flask import flash, g, render_template, render_template_string, session

from common import new_app

ITEMS = [
    {"name": "pen", "price": 1.5, "tags": ["blue", "new"]},
    {"name": "<ink>", "price": 12, "tags": []},
]
TEXTS = {
    "escape": "{{ text }}|{{ text|safe }}|{{ text|e }}",
    "undefined": "[{{ nothing }}]",
    "deep": "{{ nothing.deep }}",
    "url": "{{ url_for('user', name='a b', page=2) }} {{ url_for('static', filename='style.css') }}",
    "external": "{{ url_for('home', _external=True) }} {{ url_for('home', _anchor='top') }}",
    "request": "{{ request.path }} {{ request.method }} {{ request.args.q }} {{ request.args.get('z', 'none') }} {{ request.endpoint }}",
    "missing": "{{ request.form['x'] or 'none' }}|{{ request.args['z'] }}|{{ request.cookies.c }}",
    "session": "{{ session.get('name', 'none') }} {{ 'name' in session }}",
    "g": "{{ g.word }} {{ g.get('none', 'd') }} {{ 'word' in g }}",
    "config": "{{ config.APP_NAME }} {{ config['APP_NAME'] }} {{ config.get('NONE', 'd') }}",
    "tojson": "<script>var x = {{ {'a': '</script>'}|tojson }};</script>",
    "truth": "{{ True }} {{ none }} {{ 1 == 1.0 }} {% if [] %}t{% else %}f{% endif %}",
    "numbers": "{{ 6 / 2 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ 2 ** 3 }} {{ 1.0 }}",
    "loop": "{% for i in items %}{{ loop.index }}/{{ loop.length }} {{ i.name }}{{ ', ' if not loop.last }}{% else %}none{% endfor %}",
    "format": "{{ '%.2f'|format(1.5) }} {{ 'a'.upper() }} {{ 'b,c'.split(',')|join('-') }}",
    "filters": "{{ items|map(attribute='name')|join(',') }} {{ [3,1,2]|sort|first }} {{ 'x'|default('y') }} {{ none|default('y', true) }}",
    "set": "{% set a = 1 %}{{ a }}{% set ns = namespace(n=0) %}{% for i in [1,2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
    "macro": "{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, b=3) }}",
    "raw": "{% raw %}{{ x }}{% endraw %}{# comment #}",
    "whitespace": "a\n  {%- if true -%}  b  {%- endif %}\nc\n",
    "syntax": "{% if %}",
    "filter": "{{ 1|nosuchfilter }}",
    "list": "{{ [1, 'a', none] }} {{ {'a': 1} }}",
    "attr": "<a title=\"{{ text }}\" href='{{ text }}'>",
}


def create():
    app = new_app()
    app.config["APP_NAME"] = "App"

    @app.route("/")
    def home():
        return render_template("home.html", title="Home & away", items=ITEMS, user=None)

    @app.route("/user/<name>")
    def user(name):
        session["name"] = name
        flash("hello <" + name + ">")
        return render_template("home.html", title=name, items=[], user={"name": name})

    @app.route("/plain")
    def plain():
        return render_template("mail.txt", name="<Ada>"), 200, {"Content-Type": "text/plain"}

    @app.route("/first")
    def first():
        return render_template(["none.html", "folder/page.html"], word="x")

    @app.route("/missing")
    def missing():
        return render_template("none.html")

    @app.route("/broken")
    def broken():
        return render_template("broken.html")

    @app.route("/text/<name>")
    def text(name):
        g.word = "of g"
        return render_template_string(TEXTS[name], text="<b>\"it's\" & so</b>", items=ITEMS)

    return app
