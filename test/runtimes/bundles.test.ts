import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { generateSecretKey } from "latchkey/keys";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUNDLERS, FORMATS } from "../support/bundlers.ts";
import { runScript, visit } from "../support/toolbar-client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "latchkey-bundles-"));
/** Where bundles run: no package can be found from there. */
const elsewhere = mkdtempSync(join(tmpdir(), "latchkey-bundled-"));
beforeAll(() => {
  if (!existsSync(join(root, "dist/index.js"))) throw new Error("The package is not built: npm run build");
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/latchkey"));
});
afterAll(() => {
  for (const path of [folder, elsewhere]) rmSync(path, { recursive: true });
});

/** Only the list of published keys knows it: it is a UUID that was printed in an article. */
const PUBLISHED = "d5fb8c4fa8bd46638dadc4e751e0d68d";

/** Says what a login is worth at the next request, and how production judges a published key. */
const CHECKS = `
  import { Session, SessionManager } from "latchkey";
  import { loadKeyRing } from "latchkey/keys";
  const SECRET_KEY = ${JSON.stringify(generateSecretKey())};
  export const manager = new SessionManager({ keys: SECRET_KEY });
  export async function check() {
    const session = await manager.load(undefined);
    session.login("7");
    const [[, value]] = await manager.commit(session);
    const again = await manager.load(value.split(";")[0]);
    const judged = [${JSON.stringify(PUBLISHED)}, SECRET_KEY].map((key) => {
      try {
        return loadKeyRing({ env: { SECRET_KEY: key, NODE_ENV: "production" } }).source;
      } catch (error) {
        return error.code;
      }
    });
    return JSON.stringify([again.subject, again instanceof Session, ...judged]);
  }`;
const EXPECTED = JSON.stringify(["7", true, "key_refused", "environment variable SECRET_KEY"]);

/** A server whose page holds what the checks say. */
const SERVER = `${CHECKS}
  import { createServer } from "node:http";
  import { debugToolbar, session } from "latchkey/node";
  import { Toolbar } from "latchkey/toolbar";
  const [show, open] = [debugToolbar(new Toolbar({ keys: SECRET_KEY })), session(manager)];
  const server = createServer((request, response) =>
    show(request, response, () =>
      open(request, response, async () => {
        request.session.data.visits = 1;
        response.setHeader("Content-Type", "text/html").end("<!doctype html><p>" + (await check()));
      })));
  server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port));`;

async function onServer(file: string, work: (url: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, NODE_ENV: "development" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  const ended = once(child, "exit");
  try {
    await expect.poll(() => /http:\S+\n/.test(output) || child.exitCode !== null).toBe(true);
    const url = /http:\S+/.exec(output)?.[0];
    if (url === undefined) throw new Error(output);
    await work(url);
  } finally {
    child.kill();
    await ended;
  }
}

describe.each(Object.keys(BUNDLERS))("B7: bundled into one file by %s", (bundler) => {
  test.each(FORMATS)(
    "as %s, sessions work, a published key is refused, and the page shows the toolbar with its script",
    async (format) => {
      const entry = join(folder, "server.mjs");
      writeFileSync(entry, SERVER);
      const name = `server.${format === "esm" ? "mjs" : "cjs"}`;
      const place = join(elsewhere, `${bundler} ${format}`.replaceAll(" ", "-"));
      const outfile = join(place, name);
      await BUNDLERS[bundler]!(entry, outfile, format);
      // Nothing lies beside it that would have to be copied, or that a public folder would show.
      expect(readdirSync(place)).toEqual([name]);
      await onServer(outfile, async (url) => {
        const { status, text, script, headers } = await visit(`${url}/`);
        expect([status, text.includes(EXPECTED)], text).toEqual([200, true]);
        expect(String(headers["set-cookie"])).toContain("session=");
        expect((await runScript(script!)).summary).toMatchObject({ path: "/", status: 200 });
      });
    },
    120_000,
  );
});

describe("K6: a bundle refuses a published key in production", () => {
  const bundled = async (contents: string, name: string): Promise<string> => {
    const outfile = join(elsewhere, name);
    await esbuild({
      stdin: { contents, resolveDir: folder },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "error",
    });
    return outfile;
  };

  test.each([
    ["Node, which may read the bundle only", "node", (file: string) => ["--permission", `--allow-fs-read=${file}`]],
    ["Bun", "bun", () => ["run"]],
    ["Deno, which may read the environment and no file", "deno", () => ["run", "--no-prompt", "--allow-env"]],
  ])(
    "on %s",
    async (_, command, options) => {
      const file = await bundled(`${CHECKS}\nconsole.log(await check());`, `${command}.mjs`);
      const { stdout, stderr } = spawnSync(join(root, "node_modules/.bin", command), [...options(file), file], {
        cwd: elsewhere,
        encoding: "utf8",
        env: { ...process.env, NODE_ENV: "production", NO_COLOR: "1" },
      });
      expect(stdout, stderr).toBe(`${EXPECTED}\n`);
    },
    120_000,
  );

  test("on workerd, where sessions work too", async () => {
    const worker = `${CHECKS}\nexport default { fetch: async () => new Response(await check()) };`;
    const miniflare = new Miniflare({
      modules: [
        { type: "ESModule", path: "worker.mjs", contents: readFileSync(await bundled(worker, "worker.mjs"), "utf8") },
      ],
      compatibilityDate: "2026-06-01",
      compatibilityFlags: ["nodejs_compat"],
    });
    try {
      const response = await miniflare.dispatchFetch("http://localhost/");
      expect(await response.text()).toBe(EXPECTED);
    } finally {
      await miniflare.dispose();
    }
  }, 120_000);
});
