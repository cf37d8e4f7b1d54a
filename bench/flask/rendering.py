"""Renders the pages of rendering.ts with Flask, and prints the CPU time of each in microseconds."""

import json
import os
import sys
import time

from flask import Flask, render_template

folder = os.path.dirname(os.path.abspath(__file__))
app = Flask(__name__, root_path=folder)
with open(os.path.join(folder, "contexts.json"), encoding="utf-8") as file:
    contexts = json.load(file)

with app.test_request_context("/"):
    for line in sys.stdin:
        page, milliseconds = line.split()
        context = contexts[page]
        end = time.perf_counter() + float(milliseconds) / 1000
        before = time.process_time()
        count = 0
        while time.perf_counter() < end:
            for _ in range(10):
                render_template(page, **context)
            count += 10
        print((time.process_time() - before) * 1e6 / count, flush=True)
