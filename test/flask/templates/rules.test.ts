import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Markup } from "latchkey";
import {
  Flask,
  getTemplateAttribute,
  renderTemplate,
  renderTemplateString,
  session,
  TemplateError,
  TemplateNotFound,
} from "latchkey/flask";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createTemplates } from "../../../src/flask/templates/create-templates.ts";
import type { Templates } from "../../../src/flask/templates/templates.ts";
import { LineProcess } from "../../support/line-process.ts";
import { pythonWith, requirement } from "../../support/requirements.ts";

const base = mkdtempSync(join(tmpdir(), "latchkey-templates-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folder = "";
let reloading = false;
let templates: Templates;

function write(files: Readonly<Record<string, string>>, into = folder): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(into, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function errorOf(run: () => unknown): TemplateError {
  try {
    run();
  } catch (error) {
    return error as TemplateError;
  }
  throw new Error("It did not throw.");
}

beforeEach(() => {
  folder = mkdtempSync(join(base, "app-"));
  reloading = false;
  templates = createTemplates({
    folder,
    blueprintFolders: () => [join(folder, "blueprint")],
    isReloading: () => reloading,
    context: () => ({ request: { path: "/here" } }),
    globals: { url_for: (endpoint: string) => `/${endpoint}` },
  });
});

/** An application with one view, and its answer. */
async function answerOf(view: (app: Flask) => string, files: Readonly<Record<string, string>> = {}): Promise<Response> {
  const root = mkdtempSync(join(base, "flask-"));
  write(files, join(root, "templates"));
  const app = new Flask(root);
  app.config["SECRET_KEY"] = "kJ8x2mQ5vR9tY4wZ7bN1cL6pH3sD0fG8";
  app.route("/", () => view(app));
  return await app.fetch(new Request("http://localhost/"));
}

describe("functions of the application", () => {
  const throwing: readonly (readonly [string, string, Record<string, unknown>])[] = [
    ["a function", "{{ fail() }}", { fail: fails }],
    ["a method", "{{ user.fail() }}", { user: { fail: fails } }],
    [
      "a getter",
      "{{ user.name }}",
      {
        user: new (class {
          get name() {
            return fails();
          }
        })(),
      },
    ],
    ["a filter", "{{ 1|failing }}", {}],
    ["a test", "{{ 1 is failing }}", {}],
    [
      "a trap of a Proxy",
      "{{ user.name }}",
      { user: new Proxy({}, { has: fails, get: fails, getOwnPropertyDescriptor: fails }) },
    ],
    [
      "a toString()",
      "{{ user }}",
      {
        user: new (class {
          toString() {
            return fails();
          }
        })(),
      },
    ],
    [
      "an iterator",
      "{% for x in user %}{% endfor %}",
      {
        user: {
          *[Symbol.iterator]() {
            yield fails();
          },
        },
      },
    ],
    [
      "a function in a loop in a macro",
      "{% macro m() %}{% for i in [1,2] %}{{ fail() }}{% endfor %}{% endmacro %}{{ m() }}",
      { fail: fails },
    ],
  ];
  function fails(): never {
    throw new Error("its own message");
  }

  test.each(throwing)("J1: %s that throws ends one rendering, with its own error", (_, text, context) => {
    templates.addFilter("failing", fails);
    templates.addTest("failing", fails);
    for (let round = 0; round < 3; round++) {
      expect(() => templates.renderString(text, context)).toThrow("its own message");
      expect(templates.renderString("{{ x }}", { x: "next" })).toBe("next");
    }
  });

  test("J1: the error is the same object, and its stack names the template", () => {
    write({ "a.html": "one\n{{ fail() }}" });
    const error = new Error("own");
    const caught = errorOf(() =>
      templates.render("a.html", {
        fail: () => {
          throw error;
        },
      }),
    );
    expect(caught).toBe(error);
    expect(error.stack).toContain("at template a.html:2");
  });

  test("J1: nothing is called after the first error", () => {
    const later = vi.fn<() => string>(() => "");
    expect(() => templates.renderString("{{ fail() }}{{ later() }}", { fail: fails, later })).toThrow(
      "its own message",
    );
    expect(later).not.toHaveBeenCalled();
  });

  test("J1: an object that holds itself can be read, and its JSON is an error", () => {
    const user: Record<string, unknown> = { name: "ada" };
    user["self"] = user;
    expect(templates.renderString("{{ user.self.self.name }}", { user })).toBe("ada");
    expect(templates.renderString("{{ user }}", { user })).toBe(
      "{&#39;name&#39;: &#39;ada&#39;, &#39;self&#39;: {...}}",
    );
    expect(() => templates.renderString("{{ user|tojson }}", { user })).toThrow("Circular reference");
  });

  test("J1: templates that never end are an error, and the next one renders", () => {
    write({ "self.html": "{% include 'self.html' %}" });
    expect(() => templates.render("self.html")).toThrow(TemplateError);
    expect(() => templates.renderString("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")).toThrow(TemplateError);
    expect(templates.renderString("{{ 1 }}")).toBe("1");
  });

  test("J1: one request fails with the error of url_for, and the next one renders", async () => {
    const app = new Flask(mkdtempSync(join(base, "flask-")));
    app.config["SECRET_KEY"] = "kJ8x2mQ5vR9tY4wZ7bN1cL6pH3sD0fG8";
    const seen: string[] = [];
    app.route("/<name>", function page({ name }) {
      try {
        return renderTemplateString("{{ url_for(name, name='x') }}", { name });
      } catch (error) {
        seen.push(String(error));
        throw error;
      }
    });
    app.errorHandler(500, () => "failed");
    const answers: string[] = [];
    for (const name of ["page", "nowhere", "page", "nowhere", "page"])
      answers.push(await (await app.fetch(new Request(`http://localhost/${name}`))).text());
    expect(answers).toEqual(["/x", "failed", "/x", "failed", "/x"]);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toContain('"nowhere"');
  });

  test("J2: a function that a template calls can render other templates, and the same one", () => {
    write({ "outer.html": "[{{ inner(2) }}]", "inner.html": "<{{ n }}>" });
    const inner = (n: number): unknown =>
      n === 0
        ? templates.renderString("end")
        : new Markup(templates.render("inner.html", { n }) + String(inner(n - 1)));
    expect(templates.render("outer.html", { inner })).toBe("[<2><1>end]");
    const again = (): string => (depth++ < 3 ? templates.render("self.html", { again }) : "stop");
    let depth = 0;
    write({ "self.html": "({{ again() }})" });
    expect(templates.render("self.html", { again })).toBe("((((stop))))");
  });

  test("J2: a filter that is added while a template is rendered is there for the next one", () => {
    const add = (): string => {
      templates.addFilter("shout", (text: string) => `${text}!`);
      return "";
    };
    expect(templates.renderString("{{ add() }}{{ x }}", { add, x: "a" })).toBe("a");
    expect(templates.renderString("{{ x|shout }}", { x: "a" })).toBe("a!");
  });

  test("J8: arguments arrive in order, and keyword arguments as one plain object after them", () => {
    const seen: unknown[][] = [];
    const note = (...args: unknown[]): string => {
      seen.push(args);
      return "";
    };
    templates.addFilter("note", note);
    templates.addTest("noted", (...args: unknown[]) => note(...args) === "");
    templates.addGlobal("noting", note);
    templates.renderString(
      "{{ 1|note }}{{ 1|note(2, a=3) }}{{ noting({'q': 1}, b=[1]) }}{{ noting(*[1], **{'c': none}) }}",
    );
    expect(templates.renderString("{{ 1 is noted(2) }}")).toBe("True");
    expect(seen).toEqual([[1], [1, 2, { a: 3 }], [{ q: 1 }, { b: [1] }], [1, { c: null }], [1, 2]]);
    expect(Object.getPrototypeOf(seen[1]![2])).toBe(Object.prototype);
  });

  test("J8: a filter returns Markup for safe HTML, and gets the object that the view passed", () => {
    const user = { name: "<ada>" };
    templates.addFilter("same", (value: unknown) => String(value === user));
    templates.addFilter("bold", (value: string) => new Markup(`<b>${value}</b>`));
    expect(templates.renderString("{{ user|same }}{{ 'x'|bold }}", { user })).toBe("true<b>x</b>");
  });

  test.each([
    ["addFilter", "shout", undefined],
    ["addTest", "a b", () => true],
    ["addGlobal", "1x", 1],
  ] as const)("J8: %s says what it takes", (method, name, value) => {
    expect(() => templates[method](name, value as never)).toThrow(/app\.templates\.add\w+.*Fix: /);
  });

  test("J8: app.templates is our own type, with its four methods", async () => {
    const app = new Flask(base);
    app.templates.addFilter("shout", (text: string) => `${text}!`);
    expect(app.templates.renderString("{{ 'a'|shout }}")).toBe("a!");
  });
});

describe("the context", () => {
  test("J3: a page that does not name the session does not open it", async () => {
    const plain = await answerOf(() => renderTemplateString("{{ request.method }}{{ x }}", { x: 1 }));
    expect(await plain.text()).toBe("GET1");
    expect(plain.headers.get("vary")).toBeNull();
    const named = await answerOf(() => renderTemplateString("{{ session.user }}"));
    expect(named.headers.get("vary")).toBe("Cookie");
    const notReached = await answerOf(() => renderTemplateString("{% if false %}{{ session.user }}{% endif %}"));
    expect(notReached.headers.get("vary")).toBeNull();
  });

  test("J3: a template that is included, extended or imported may name it", async () => {
    const files = {
      "base.html": "{% block a %}{% endblock %}{{ session.get('user') }}",
      "m.html": "{% macro who() %}{{ session.user }}{% endmacro %}",
      "child.html": "{% extends 'base.html' %}",
      "imports.html": "{% from 'm.html' import who %}{{ who() }}",
      "includes.html": "{% include name %}",
    };
    for (const name of ["child.html", "imports.html", "includes.html"]) {
      const response = await answerOf(() => {
        session["user"] = "ada";
        return renderTemplate(name, { name: "base.html" });
      }, files);
      expect(await response.text(), name).toBe("ada");
    }
  });

  test("J3: request and session are those of the present request, also in a macro without context", async () => {
    const root = mkdtempSync(join(base, "flask-"));
    write({ "templates/m.html": "{% macro q() %}{{ request.args.q }}{% endmacro %}" }, root);
    const app = new Flask(root);
    app.config["SECRET_KEY"] = "kJ8x2mQ5vR9tY4wZ7bN1cL6pH3sD0fG8";
    app.route("/", () => renderTemplateString("{% from 'm.html' import q %}{{ q() }}"));
    const answers = await Promise.all(
      ["a", "b", "c"].map(async (q) => await (await app.fetch(new Request(`http://localhost/?q=${q}`))).text()),
    );
    expect(answers).toEqual(["a", "b", "c"]);
  });

  test("J4: methods, getters and JavaScript's own classes", () => {
    class User {
      readonly #name = "ada";
      get upper(): string {
        return this.#name.toUpperCase();
      }
      greet(word: string): string {
        return `${word} ${this.#name}`;
      }
    }
    const context = {
      user: new User(),
      map: new Map([["k", 1]]),
      set: new Set(["s"]),
      url: new URL("http://a.b/c?d"),
      form: new URLSearchParams("t=1&t=2&u=3"),
      error: new Error("broken"),
    };
    const text = [
      "{{ user.greet('hi') }} {{ user.upper }}",
      "{{ map.k }} {{ map['k'] }} {{ map.get('z', 'd') }} {{ 'k' in map }} {% for k in map %}{{ k }}{% endfor %}",
      "{{ 's' in set }} {{ set|length }}",
      "{{ url }} {{ url.pathname }}",
      "{{ form.t }} {{ form['u'] }} {{ form.get('z', 'd') }} {{ form.getlist('t') }} {% for k in form %}{{ k }}{% endfor %}",
      "{{ error.message }} {{ error }}",
    ].join("\n");
    expect(templates.renderString(text, context).split("\n")).toEqual([
      "hi ada ADA",
      "1 1 d True k",
      "True 1",
      "http://a.b/c?d /c",
      "1 3 d [&#39;1&#39;, &#39;2&#39;] tu",
      "broken broken",
    ]);
  });

  test("J4: members of every object stay hidden, and names of JavaScript are those of Python too", () => {
    class Item {
      firstName = "ada";
    }
    const context = { user: new Item(), d: {} };
    expect(
      templates.renderString(
        "{{ user.first_name }}|{{ user.constructor }}{{ d.__proto__ }}{{ d.toString }}{{ 'a'.constructor }}",
        context,
      ),
    ).toBe("ada|");
    expect(() => templates.renderString("{{ d.constructor('x')() }}", context)).toThrow(TemplateError);
  });

  test("J10: a Promise is an error that names it", () => {
    expect(() => templates.renderString("{{ later }}", { later: Promise.resolve(1) })).toThrow(
      /'later' is a Promise.*Fix: await/,
    );
    expect(() => templates.renderString("{{ f() }}", { f: async () => 1 })).toThrow(/cannot wait for a Promise/);
    expect(templates.renderString("{{ x }}", { x: 1, later: Promise.resolve(1) })).toBe("1");
  });

  test("J10: large integers, and undefined, which is not defined", () => {
    expect(templates.renderString("{{ n + 1 }}|{{ u is defined }}|{{ u }}", { n: 2n ** 80n, u: undefined })).toBe(
      "1208925819614629174706177|False|",
    );
  });
});

describe("escaping", () => {
  test("J5: a slash is written as a slash, and a text that looks escaped stays as it is", () => {
    expect(templates.renderString("{{ url_for('a/b') }}")).toBe("/a/b");
    expect(templates.renderString("{{ x }}", { x: "&#x2f; & /" })).toBe("&amp;#x2f; &amp; /");
  });

  test.each([
    ["a.html", true],
    ["a.htm", true],
    ["a.xml", true],
    ["a.xhtml", true],
    ["a.svg", true],
    ["a.txt", false],
    ["a.js", false],
    ["a.json", false],
    ["a.md", false],
    ["a.HTML", false],
    ["a", false],
    ["a.html.j2", false],
  ])("J6: %s is escaped: %s", (name, escaped) => {
    write({ [name]: "{{ '<' ~ x }}{{ x }}", "include.html": `{% include '${name}' %}{{ x }}` });
    const shown = escaped ? "&lt;" : "<";
    expect(templates.render(name, { x: "<" })).toBe(shown + shown + shown);
    expect(templates.render("include.html", { x: "<" })).toBe(`${shown.repeat(3)}&lt;`);
  });

  test("J6: a text without a name is escaped, and the template can say otherwise", () => {
    expect(templates.renderString("{{ x }}{% autoescape false %}{{ x }}{% endautoescape %}", { x: "<" })).toBe("&lt;<");
  });

  test("no text can pretend to be safe or another value", () => {
    for (const kind of "MHSNFIU") {
      const text = `\uFDD0${kind}<b>0`;
      expect(
        templates.renderString("{{ x }}{{ x ~ '' }}{{ [x]|first }}{{ x|upper|lower|length }}", { x: text }),
      ).toContain("&lt;b&gt;");
      expect(templates.renderString("{{ x }}", { x: text })).toBe(`\uFDD0${kind}&lt;b&gt;0`);
      expect(templates.renderString("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(x) }}", { x: text })).toBe(
        `\uFDD0${kind}&lt;b&gt;0`,
      );
      expect(
        templates.renderString(
          "{% set t %}{{ x }}{% endset %}{{ t }}{% autoescape false %}{% set u %}{{ x }}{% endset %}{{ u|e }}{% endautoescape %}",
          { x: text },
        ),
      ).not.toContain("<");
    }
    expect(() => templates.renderString("\uFDD0")).toThrow(/U\+FDD0/);
  });
});

describe("files", () => {
  test("J7: folders inside of the folder, and the folders of blueprints after it", () => {
    write({
      "admin/users/list.html": "deep",
      "blueprint/own.html": "own",
      "blueprint/both.html": "second",
      "both.html": "first",
    });
    expect(templates.render("admin/users/list.html")).toBe("deep");
    expect(templates.render("./admin//users/list.html")).toBe("deep");
    expect(templates.render("own.html") + templates.render("both.html")).toBe("ownfirst");
  });

  test("J7: a missing template is an error that names the folders", () => {
    const error = errorOf(() => templates.render("gone.html"));
    expect(error).toBeInstanceOf(TemplateNotFound);
    expect(error).toMatchObject({ kind: "not_found", template: "gone.html" });
    expect(error.message).toContain(folder);
    expect(error.message).toContain("Fix: ");
    expect(() => templates.render(["gone.html", "away.html"])).toThrow(/away\.html/);
  });

  test.each(["../secret.html", "a/../../secret.html", "/etc/passwd", "..\\secret.html", "a\0.html", ""])(
    "J7: there is no way out of the folder: %j",
    (name) => {
      write({ "secret.html": "secret" }, base);
      expect(() => templates.render(name)).toThrow(TemplateNotFound);
      expect(() => templates.renderString("{% include n %}", { n: name })).toThrow(TemplateNotFound);
    },
  );

  test("J7: a changed template is seen while reloading, also one that is extended, and else not", () => {
    write({
      "base.html": "[{% block a %}{% endblock %}]",
      "a.html": "{% extends 'base.html' %}{% block a %}1{% endblock %}",
    });
    expect(templates.render("a.html")).toBe("[1]");
    change("base.html", "<{% block a %}{% endblock %}>");
    expect(templates.render("a.html")).toBe("[1]");
    reloading = true;
    expect(templates.render("a.html")).toBe("<1>");
    change("a.html", "whole");
    expect(templates.render("a.html")).toBe("whole");
  });

  test("J7: a file that appears later is found, also by an include that ignored it", () => {
    write({ "a.html": "{% include 'later.html' ignore missing %}|" });
    expect(templates.render("a.html")).toBe("|");
    write({ "later.html": "here" });
    expect(templates.render("a.html")).toBe("here|");
  });

  /** Also with a clock that did not move in between. */
  function change(name: string, text: string): void {
    write({ [name]: text });
    const later = new Date(Date.now() + 5000);
    utimesSync(join(folder, name), later, later);
  }
});

describe("errors name file and line", () => {
  test.each([
    ["{{ a }}\n{% if %}", "syntax", 2],
    ["a\n\n{{ x|nope }}", "syntax", 3],
    ["a\n{#\n#}{{\n nothing.deep }}", "undefined", 4],
    ["{% macro f() %}\n{{ 1 / 0 }}\n{% endmacro %}\n{{ f() }}", "runtime", 2],
    ["{% for i in [1] %}\n\n{{ i + 'a' }}{% endfor %}", "runtime", 3],
    ["{{ 'a'|uper }}", "syntax", 1],
    ["x\n{% block a %}", "syntax", 2],
    ["x\n{{ loop }}{% for i in [1] %}\n{{ loop }}{% endfor %}", "syntax", 3],
  ] as const)("%j", (text, kind, line) => {
    write({ "page.html": text, "outer.html": "{% include 'page.html' %}" });
    for (const name of ["page.html", "outer.html"]) {
      const error = errorOf(() => templates.render(name));
      expect(error).toBeInstanceOf(TemplateError);
      expect(error).toMatchObject({ kind, template: "page.html", line });
      expect(error.message).toContain(`page.html:${line}: `);
    }
  });

  test("a misspelled filter or test is answered with the nearest name", () => {
    expect(() => templates.renderString("{{ 'a'|uper }}")).toThrow("Fix: did you mean 'upper'?");
    expect(() => templates.renderString("{{ 'a' is defned }}")).toThrow("Fix: did you mean 'defined'?");
  });
});

describe("functions for views", () => {
  test("stream renders when it is read, with the request of its call, in pieces", async () => {
    const response = await answerOf(
      (app) => [...app.templates.stream("long.html", { n: 3000 })].map((piece) => piece.length).join(),
      {
        "long.html": "{% for i in range(n) %}{{ request.method }} <b>{% endfor %}",
      },
    );
    expect(await response.text()).toBe("16384,4616");
  });

  test("getTemplateAttribute: a macro as a function, and a variable", async () => {
    const view = (): string => {
      const hello = getTemplateAttribute("m.html", "hello") as (name: string) => string;
      return `${hello("<b>")}|${String(getTemplateAttribute("m.html", "site"))}|${errorOf(() => getTemplateAttribute("m.html", "nope")).message}`;
    };
    const response = await answerOf(view, {
      "m.html": "{% macro hello(name) %}Hello {{ name }}!{% endmacro %}{% set site = 'S' %}",
    });
    expect(await response.text()).toMatch(/^Hello &lt;b&gt;!\|S\|The template "m.html" has no macro/);
  });

  test("renderTemplate takes the first of several that exists", async () => {
    const response = await answerOf(() => renderTemplate(["none.html", "a.html"]), { "a.html": "a" });
    expect(await response.text()).toBe("a");
  });
});

const program = requirement("a Python with Flask", () => pythonWith("flask"));

test.skipIf(program === undefined)(
  "J9: each filter, test and global of Flask's Jinja is there",
  async () => {
    const python = new LineProcess(program!, [fileURLToPath(new URL("jinja_peer.py", import.meta.url))]);
    const names = await python.ask<Record<"filters" | "tests" | "globals", string[]>>({ do: "names" });
    python.close();
    const unknown = (text: string): boolean => {
      try {
        templates.renderString(`{% if false %}${text}{% endif %}`);
        return false;
      } catch {
        return true;
      }
    };
    expect(names.filters.filter((name) => unknown(`{{ 1|${name}|list }}`))).toEqual([]);
    expect(names.tests.filter((name) => /^\w+$/.test(name) && unknown(`{{ 1 is ${name} }}`))).toEqual([]);
    const answer = await answerOf(() =>
      names.globals.filter((name) => renderTemplateString(`{{ ${name} is defined }}`) !== "True").join(),
    );
    expect(await answer.text()).toBe("");
  },
  120_000,
);
