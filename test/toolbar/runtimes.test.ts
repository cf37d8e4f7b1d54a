import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a program on Bun prints. */
function onBun(name: string, program: string): string {
  mkdirSync(`${root}/artifacts/runtimes`, { recursive: true });
  const file = `${root}/artifacts/runtimes/${name}.ts`;
  writeFileSync(
    file,
    `import { Toolbar } from "../../src/toolbar/index.ts";
const toolbar = new Toolbar({ keys: ${JSON.stringify(generateSecretKey())} });
const page = "<!doctype html><html><body>hi</body></html>";
async function show(url: string): Promise<void> {
  const response = await fetch(url, { headers: { "sec-fetch-dest": "document" } });
  console.log(response.status, (await response.text()).includes("hi"), toolbar.exchanges.length);
  process.exit(0);
}
${program}`,
  );
  const { stdout, stderr } = spawnSync(`${root}/node_modules/.bin/bun`, [file], {
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "development" },
  });
  return stdout + stderr;
}

test("P2: on Bun, Hono on Bun.serve answers with the toolbar, and a warning says why the toolbar is not shown", () => {
  const output = onBun(
    "hono",
    `import { Hono } from "hono";
import { debugToolbar } from "../../src/adapters/hono/index.ts";
const app = new Hono().use(debugToolbar(toolbar)).get("/", (c) => c.html(page));
declare const Bun: { serve(options: object): { port: number } };
await show("http://127.0.0.1:" + Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch }).port);`,
  );
  expect(output).toMatch(/^200 true 1$/m);
  expect(output).toContain(
    "The debug toolbar is not shown. The address of the visitor is not known. This server does not report it.",
  );
});

test("P2: on Bun, node:http answers with the toolbar", () => {
  const output = onBun(
    "node",
    `import { createServer } from "node:http";
import { debugToolbar } from "../../src/adapters/node/index.ts";
const bar = debugToolbar(toolbar);
const server = createServer((request, response) =>
  bar(request, response, () => response.setHeader("content-type", "text/html").end(page)),
).listen(0, "127.0.0.1", () => show("http://127.0.0.1:" + (server.address() as { port: number }).port));`,
  );
  expect(output).toMatch(/^200 true \d$/m);
});

test("P2: on Bun, Express answers with the toolbar", () => {
  const output = onBun(
    "express",
    `import express from "express";
import { debugToolbar } from "../../src/adapters/express/index.ts";
const server = express()
  .use(debugToolbar(toolbar))
  .get("/", (_, response) => void response.send(page))
  .listen(0, "127.0.0.1", () => show("http://127.0.0.1:" + (server.address() as { port: number }).port));`,
  );
  expect(output).toMatch(/^200 true \d$/m);
});
