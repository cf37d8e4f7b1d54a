import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { Markup, Tuple } from "latchkey";
import { flash, Flask, g, renderTemplate, renderTemplateString, session } from "latchkey/flask";
import { TemplateError } from "../../../src/flask/templates/errors.ts";
import { LineProcess } from "../../support/line-process.ts";
import { pythonWith, requirement } from "../../support/requirements.ts";
import { CONSTRUCTS, type Construct } from "./constructs.ts";
import { MORE_CONSTRUCTS } from "./more-constructs.ts";

class User {
  readonly name: string;
  readonly on: boolean;
  constructor(name: string, on: boolean) {
    this.name = name;
    this.on = on;
  }
  greet(word: unknown = "Hello", options: { mark?: string } = {}): string {
    const keywords = typeof word === "object" ? (word as { mark?: string }) : options;
    return `${typeof word === "string" ? word : "Hello"} ${this.name}${keywords.mark ?? "!"}`;
  }
  get initial(): string {
    return this.name[0]!;
  }
}

/** The same values here and in Python. */
const CONTEXT = {
  x: [1, 1],
  l: [
    [1, 2, 3],
    [1, 2, 3],
  ],
  d: [
    { a: 1, b: 2 },
    { a: 1, b: 2 },
  ],
  mixed: [
    { zeta: 1, alpha: "<b>", mid: null },
    { zeta: 1, alpha: "<b>", mid: null },
  ],
  users: [
    [
      { name: "cy", on: true },
      { name: "bo", on: false },
    ],
    [
      { name: "cy", on: true },
      { name: "bo", on: false },
    ],
  ],
  tree: [
    [
      { name: "a", children: [{ name: "b", children: [] }] },
      { name: "c", children: [] },
    ],
    [
      { name: "a", children: [{ name: "b", children: [] }] },
      { name: "c", children: [] },
    ],
  ],
  when: [new Date("2020-01-02T03:04:05Z"), { $date: "2020-01-02T03:04:05+00:00" }],
  markup: [new Markup("<i>&amp;</i>"), { $markup: "<i>&amp;</i>" }],
  tuple: [Tuple.of<unknown>(1, "a"), { $tuple: [1, "a"] }],
  set1: [new Set([1]), { $set: [1] }],
  user: [new User("ada", true), { $user: ["ada", true] }],
  add: [(a: number, b: number | { b: number } = 0) => a + (typeof b === "number" ? b : b.b), { $function: "add" }],
  html: [() => new Markup("<i>"), { $function: "html" }],
  text: [() => "<i>", { $function: "text" }],
  layout: ["base.html", "base.html"],
  name: ["deep/er.html", "deep/er.html"],
} as const;

type Answer = { readonly text: string } | { readonly error: string; readonly atLoad: boolean };

const folder = mkdtempSync(join(tmpdir(), "latchkey-constructs-"));
let made = 0;

async function ours({ text, files, flashes = [] }: Construct): Promise<Answer> {
  const root = join(folder, String(made++));
  mkdirSync(join(root, "templates"), { recursive: true });
  for (const [name, content] of Object.entries(files === undefined ? {} : { ...files, "main.html": text })) {
    const path = join(root, "templates", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const app = new Flask(root);
  app.config["SECRET_KEY"] = "kJ8x2mQ5vR9tY4wZ7bN1cL6pH3sD0fG8";
  app.config["APP_NAME"] = "App";
  let answer: Answer | undefined;
  const home = (): string => {
    session["user"] = "ada";
    g["user"] = "gu";
    g["nobody"] = null;
    for (const [message, category] of flashes) flash(message, category);
    const context = structuredContext();
    try {
      answer = {
        text: files === undefined ? renderTemplateString(text, context) : renderTemplate("main.html", context),
      };
    } catch (error) {
      const atLoad = error instanceof TemplateError && error.kind === "syntax";
      answer = { error: String(error), atLoad };
    }
    return "";
  };
  app.route("/", { methods: ["GET", "POST"] }, home);
  app.route("/user/<int:id>", function user() {
    return "";
  });
  app.route("/search", function search() {
    return "";
  });
  const form = new URLSearchParams({ title: "T" });
  await app.fetch(new Request("http://localhost/?q=Q", { method: "POST", body: form }));
  return answer ?? { error: "the view did not run", atLoad: false };
}

/** Lists are changed by some constructs, so each gets its own. */
function structuredContext(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(CONTEXT).map(([name, [value]]) => [
      name,
      name === "mixed" || name === "l" || name === "users" || name === "d" || name === "tree"
        ? structuredClone(value)
        : value,
    ]),
  );
}

const ALL = [...CONSTRUCTS, ...MORE_CONSTRUCTS];
const counts = { alike: 0, errors: 0, atLoad: [] as string[], different: [] as string[] };

const program = requirement("a Python with Flask", () => pythonWith("flask"));

describe.skipIf(program === undefined)("the same templates in the real Jinja under the real Flask", () => {
  const python = new LineProcess(program ?? "python3", [fileURLToPath(new URL("jinja_peer.py", import.meta.url))]);
  const context = Object.fromEntries(Object.entries(CONTEXT).map(([name, [, plain]]) => [name, plain]));

  async function theirs({ text, files, flashes }: Construct): Promise<{ text?: string; error?: string }> {
    const shared = { context, flashes: flashes ?? [] };
    return await python.ask(
      files === undefined
        ? { ...shared, text }
        : { ...shared, name: "main.html", files: { ...files, "main.html": text } },
    );
  }

  afterAll(() => {
    python.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(
    ALL.map((construct, index) => [`${construct.id}: #${index} ${construct.text.slice(0, 70)}`, construct] as const),
  )(
    "%s",
    async (_, construct) => {
      const [here, there] = [await ours(construct), await theirs(construct)];
      if (!("text" in here) && here.atLoad && there.text !== undefined) {
        counts.atLoad.push(`${construct.text}   ${here.error}`);
        return;
      }
      if (there.error !== undefined) {
        expect(here, `Jinja: ${there.error}`).toHaveProperty("error");
        counts.errors++;
        return;
      }
      expect(here).toEqual({ text: there.text });
      counts.alike++;
    },
    120_000,
  );

  test("at least 250 constructs, at least 95 % alike, and the others are errors at load time", () => {
    const all = ALL.length;
    const alike = counts.alike + counts.errors;
    console.log(
      [
        "Templates beside the real Jinja",
        `  constructs                        ${all}`,
        `  the same text                     ${counts.alike}`,
        `  an error in both                  ${counts.errors}`,
        `  an error here when it is loaded   ${counts.atLoad.length}`,
        `  alike, of those that Jinja renders ${((100 * counts.alike) / (all - counts.errors)).toFixed(1)} %`,
        ...counts.atLoad.map((line) => `    ${line}`),
      ].join("\n"),
    );
    expect(all).toBeGreaterThanOrEqual(250);
    expect(alike + counts.atLoad.length).toBe(all);
    // Templates that Jinja cannot render either are no merit: the share is that of the others.
    expect(counts.alike).toBeGreaterThanOrEqual(250);
    expect(counts.alike / (all - counts.errors)).toBeGreaterThanOrEqual(0.95);
  });
});
