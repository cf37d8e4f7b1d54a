"""The application of server.ts in Django: a page with ten queries and ten log lines.

    python3 django_app.py absent|on PORT

`on` has the Django Debug Toolbar with its standard panels. It needs the packages python3-django and
python3-django-debug-toolbar.
"""

import logging
import sys

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import include, path

KIND, PORT = sys.argv[1], sys.argv[2]
IS_ON = KIND == "on"

settings.configure(
    DEBUG=True,
    SECRET_KEY="of a benchmark that only this machine reaches",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    INTERNAL_IPS=["127.0.0.1"],
    STATIC_URL="/static/",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.staticfiles"] + (["debug_toolbar"] if IS_ON else []),
    MIDDLEWARE=["debug_toolbar.middleware.DebugToolbarMiddleware"] if IS_ON else [],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"null": {"class": "logging.NullHandler"}},
        "loggers": {"bench": {"handlers": ["null"], "level": "INFO", "propagate": True}},
    },
)
django.setup()

from django.db import connection  # noqa: E402

log = logging.getLogger("bench")


def fill():
    with connection.cursor() as cursor:
        cursor.execute("create table if not exists item (id integer primary key, name text)")
        for id in range(1, 11):
            cursor.execute("insert or ignore into item values (%s, %s)", [id, f"item {id}"])


def page(request):
    fill_once()
    names = []
    with connection.cursor() as cursor:
        for id in range(1, 11):
            cursor.execute("select name from item where id = %s", [id])
            names.append(cursor.fetchone()[0])
    for line in range(10):
        log.info("line %d of the page", line)
    return HttpResponse("<!doctype html><html><head><title>Items</title></head><body><ul><li>" + "<li>".join(names) + "</ul></body></html>")


filled = False


def fill_once():
    global filled
    if not filled:
        fill()
        filled = True


def bare(request):
    return HttpResponse("<!doctype html><html><head><title>Bare</title></head><body></body></html>")


urlpatterns = [path("page", page), path("bare", bare)]
if IS_ON:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))

execute_from_command_line(["django", "runserver", "--noreload", "--nothreading", f"127.0.0.1:{PORT}"])
