import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";

/*
 * What a server of its own says on standard error. The tests run with NODE_ENV=test, where it says
 * nothing.
 */

const directory = mkdtempSync(join(tmpdir(), "latchkey-line-"));
afterAll(() => rmSync(directory, { recursive: true }));

function run(name: string, body: string, { NODE_ENV = "development", args = [] as readonly string[] } = {}): string {
  const file = join(directory, `${name}.mts`);
  const source = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  writeFileSync(
    file,
    `import { createServer, get } from "node:http";
import { debugToolbar } from ${source("adapters/node/index.ts")};
import { Toolbar } from ${source("toolbar/index.ts")};
const toolbar = new Toolbar({ keys: ${JSON.stringify(generateSecretKey())} });
const show = debugToolbar(toolbar);
const again = new Error("again");
const server = createServer((request, response) => show(request, response, async () => {
  if (request.url === "/teapot") throw Object.assign(new Error("no tea"), { status: 418 });
  if (request.url === "/again") throw again;
  if (request.url === "/answered") response.writeHead(500).end("own");
  if (request.url === "/escape") throw new Error("\\u001b[31mred\\u001b[0m \\u0007\\u202e\\nsecond line");
  throw new TypeError("no such cart");
}));
server.listen(0, "127.0.0.1", async () => {
  const origin = "http://127.0.0.1:" + server.address().port;
  const ask = (path, headers = {}) => fetch(origin + path, { headers: { accept: "text/html", ...headers } }).then((answer) => answer.text());
  ${body}
  server.closeAllConnections();
  server.close();
});
`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", ...args, file], {
    encoding: "utf8",
    cwd: directory,
    env: { ...process.env, NODE_ENV },
  });
  return stdout + stderr;
}

describe("the line on standard error", () => {
  test("names a failed request, its error with the place, and the address of its record", () => {
    const output = run("plain", 'await ask("/carts/7"); await ask("/teapot");');
    expect(output).toMatch(
      /^Latchkey: GET \/carts\/7 failed: TypeError: no such cart at plain\.mts:12\. Its record: http:\/\/127\.0\.0\.1:\d+\/_latchkey\/\?exchange=[0-9a-f-]{36}\n$/,
    );
  });

  test("comes once for each error, and is one line that a terminal cannot be harmed with", () => {
    const output = run("often", 'for (const path of ["/again", "/again", "/escape"]) await ask(path);');
    const lines = output.trimEnd().split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/^Latchkey: GET \/again failed: Error: again at often\.mts:6\. /),
      expect.stringMatching(/^Latchkey: GET \/escape failed: Error: red {1,3}second line at often\.mts:11\. /),
    ]);
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  test("does not come with NODE_ENV=test", () => {
    expect(run("quiet", 'await ask("/carts/7");', { NODE_ENV: "test" })).toBe("");
  });

  test("has no host that a stranger has chosen", () => {
    const output = run(
      "stranger",
      `process.on("unhandledRejection", () => {});
  const headers = { host: "evil.example", "x-forwarded-for": "203.0.113.9" };
  await new Promise((resolve) => get(origin + "/answered", { headers }, (response) => response.resume().on("end", resolve)));`,
    );
    expect(output).toMatch(/^Latchkey: GET \/answered failed: .* Its record: \/_latchkey\/\?exchange=[0-9a-f-]{36}\n$/);
  });
});
