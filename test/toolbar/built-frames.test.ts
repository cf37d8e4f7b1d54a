import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "latchkey-frames-")));
beforeAll(() => {
  if (!existsSync(join(root, "dist/index.js"))) throw new Error("The package is not built: npm run build");
  mkdirSync(join(folder, "node_modules"));
  // The files have paths outside of node_modules, so that they are known by their names alone.
  symlinkSync(root, join(folder, "node_modules/latchkey"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The application calls the toolbar, and the toolbar the application. */
const PROGRAM = `
import { DatabaseSync } from "node:sqlite";
import { instrument, Toolbar } from "latchkey/toolbar";
const toolbar = new Toolbar({ keys: ${JSON.stringify(generateSecretKey())}, mode: "development" });
const database = instrument(new DatabaseSync(":memory:"));
const request = { method: "GET", url: "/", header: () => undefined, headers: [], remoteAddress: undefined, httpVersion: "1.1" };
const exchange = toolbar.begin(request, {});
toolbar.run(exchange, () => database.prepare("select 1").get());
try { new Toolbar({ keyz: 1 }); } catch (error) { exchange.fail(error); }
console.log(JSON.stringify({ spans: exchange.spans, frames: exchange.error.frames }));
`;

interface Result {
  readonly spans: readonly { readonly label: string; readonly where: string }[];
  readonly frames: readonly { readonly where: string; readonly isOwn: boolean }[];
}

describe("in the built package", () => {
  test.each([[[]], [["--enable-source-maps"]]])(
    "a query has the application's line, and frames of the package are not the application's (%j)",
    (options) => {
      const file = join(folder, "app.mjs");
      writeFileSync(file, PROGRAM);
      const output = execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", ...options, file], {
        // Both the application and the package are inside of the folder that paths are relative to.
        cwd: "/",
        encoding: "utf8",
      });
      const { spans, frames } = JSON.parse(output) as Result;
      expect(spans.map(({ label, where }) => [label, where])).toEqual([["select 1", `${file.slice(1)}:8`]]);
      expect(frames.filter(({ isOwn }) => isOwn).map(({ where }) => where)).toEqual([`${file.slice(1)}:9`]);
      expect(frames[0]!.where).toMatch(/dist\/parts\/latchkey-\w+\.js:\d+$/);
    },
    120_000,
  );
});
