import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { build as rolldown } from "rolldown";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, describe, expect, test } from "vitest";
import { runScript, visit } from "../support/toolbar-client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "latchkey-bundles-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
  import { createServer } from "node:http";
  import { Toolbar } from ${JSON.stringify(join(root, "dist/toolbar/index.js"))};
  import { debugToolbar } from ${JSON.stringify(join(root, "dist/adapters/node/index.js"))};
  const show = debugToolbar(new Toolbar({ keys: ${JSON.stringify(generateSecretKey())} }));
  const server = createServer((request, response) =>
    show(request, response, () => response.setHeader("Content-Type", "text/html").end("<!doctype html><p>hi")));
  server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port));
`;

type Format = "esm" | "cjs";
const BUNDLERS: Readonly<Record<string, (format: Format, file: string) => Promise<unknown>>> = {
  esbuild: async (format, outfile) =>
    await esbuild({
      stdin: { contents: PROGRAM, resolveDir: root },
      bundle: true,
      platform: "node",
      format,
      outfile,
      logLevel: "error",
    }),
  rolldown: async (format, file) =>
    await rolldown({
      input: "program",
      platform: "node",
      logLevel: "silent",
      plugins: [
        {
          name: "program",
          resolveId: (id) => (id === "program" ? id : null),
          load: (id) => (id === "program" ? PROGRAM : null),
        },
      ],
      output: { format, file },
    }),
};

async function addressOf(child: ChildProcess): Promise<string> {
  let output = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  await expect.poll(() => /http:\S+/.exec(output)?.[0] ?? child.exitCode).not.toBeNull();
  const url = /http:\S+/.exec(output)?.[0];
  if (url === undefined) throw new Error(output);
  return url;
}

describe.each(Object.keys(BUNDLERS))("B7: bundled into one file by %s", (bundler) => {
  test.each([
    ["esm", "mjs"],
    ["cjs", "cjs"],
  ] as const)("as %s, the page shows the toolbar, and its script is served", async (format, end) => {
    if (!existsSync(join(root, "dist/toolbar/index.js"))) throw new Error("The package is not built: npm run build");
    const file = join(folder, `${bundler}.${end}`);
    await BUNDLERS[bundler]!(format, file);
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, NODE_ENV: "development" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      const { script } = await visit(`${await addressOf(child)}/`);
      expect((await runScript(script!)).summary).toMatchObject({ path: "/", status: 200 });
    } finally {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    }
  });
});
