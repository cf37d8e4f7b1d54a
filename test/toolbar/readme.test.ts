import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { describe, expect, test } from "vitest";
import { programsOf, root } from "../support/docs/pages.ts";
import { runExample } from "../support/run-example.ts";

// Inside of the project, so that `latchkey` is the built package.
const folder = `${root}/artifacts/readme`;
const NAVIGATES = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none" };

/** The listing under "With the toolbar", as a program that listens. */
function serverListing(): string {
  const readme = readFileSync(`${root}/README.md`, "utf8");
  const section = readme.split("## With the toolbar")[1]!.split("\n## ")[0]!;
  const [program] = programsOf("README.md", section);
  return `${program!.text}
import { serve } from "@hono/node-server";
app.get("/_latchkey/", (c) => c.text("the application's own"));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => console.log("Listening on http://127.0.0.1:" + port));
`;
}

interface Seen {
  readonly page: string;
  readonly own: string;
  readonly output: string;
}

async function run(file: string, program: string, environment: string): Promise<Seen> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${file}`, program);
  const example = await runExample(`artifacts/readme/${file}`, {
    NODE_ENV: environment,
    SECRET_KEY: generateSecretKey(),
  });
  try {
    const page = await (await fetch(`${example.url}/`, { headers: NAVIGATES })).text();
    const own = await (await fetch(`${example.url}/_latchkey/`, { headers: NAVIGATES })).text();
    return { page, own, output: example.output() };
  } finally {
    await example.stop("SIGTERM");
  }
}

describe("P1: README's server listing, as it stands", () => {
  test.each(["production", ""])(
    "with NODE_ENV=%j has no toolbar: not in the page, not at its address",
    async (environment) => {
      const { page, own, output } = await run("server.ts", serverListing(), environment);
      expect(page).toBe("<p>Visit 1.</p>");
      expect(own).toBe("the application's own");
      expect(output.match(/LATCHKEY_TOOLBAR_OFF/g)).toHaveLength(1);
      expect(output).toContain("NODE_ENV=development");
    },
  );

  test("with NODE_ENV=development has the toolbar", async () => {
    const { page, own, output } = await run("server.ts", serverListing(), "development");
    expect(page).toMatch(/^<p>Visit 1\.<\/p>\n<script type="module" src="http:\/\/[\w.:]+\/_latchkey\/toolbar\.js\?/);
    expect(own).toContain("Requests – Latchkey");
    expect(output).not.toContain("LATCHKEY_TOOLBAR_OFF");
  });
});

test("every example and page makes its toolbar without a mode, and without asking the environment itself", () => {
  const files = [
    "README.md",
    ...["toolbar", "flask", "hono", "node", "express", "fastify", "koa"].map((page) => `docs/${page}.md`),
    ...["express", "fastify", "hono", "koa", "node", "quickstart"].map((name) => `examples/${name}/app.ts`),
  ];
  const lines = files.flatMap((file) => readFileSync(`${root}/${file}`, "utf8").split("\n"));
  const made = lines.filter((line) => /new Toolbar\(/.test(line) && !/allow:|hosts:/.test(line));
  expect(made.length).toBeGreaterThan(8);
  expect(made.filter((line) => /mode|NODE_ENV|production/.test(line))).toEqual([]);
});

test("npm start says that it is development, on every system", () => {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as {
    scripts: Readonly<Record<string, string>>;
  };
  const file = /--env-file=(\S+) examples\/quickstart\/app\.ts$/.exec(scripts["start"]!)?.[1];
  expect(readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8")).toMatch(
    /^NODE_ENV=development$/m,
  );
});
