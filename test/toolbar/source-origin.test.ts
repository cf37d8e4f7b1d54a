import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";

/** An application that is built to dist/pay.js, with a source map beside it. */
const directory = realpathSync(mkdtempSync(join(tmpdir(), "latchkey-maps-")));
beforeAll(async () => {
  mkdirSync(join(directory, "src"));
  const entry = join(directory, "src/pay.ts");
  writeFileSync(
    entry,
    `interface Cart {
  readonly total: number;
}

export function pay(cart: Cart | undefined): number {
  return cart!.total;
}
`,
  );
  await build({
    entryPoints: [entry],
    outfile: join(directory, "dist/pay.mjs"),
    format: "esm",
    minify: true,
    sourcemap: true,
  });
  const toolbar = JSON.stringify(new URL("../../src/toolbar/index.ts", import.meta.url).href);
  writeFileSync(
    join(directory, "record.mts"),
    `import { Toolbar } from ${toolbar};
import { pay } from "./dist/pay.mjs";
const toolbar = new Toolbar({ keys: ${JSON.stringify(generateSecretKey())}, mode: "development" });
const request = { method: "GET", url: "/", header: () => undefined, headers: [], remoteAddress: undefined, httpVersion: "1.1" };
const exchange = toolbar.begin(request, {});
if (process.argv.includes("--own-stacks")) Error.prepareStackTrace = (error, calls) => [String(error), ...calls].join("\\n    at ");
try { pay(undefined); } catch (error) { void error.stack; exchange.fail(error); }
console.log(JSON.stringify(exchange.error.frames[0]));
`,
  );
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Frame {
  readonly where: string;
  readonly isOwn: boolean;
  readonly source: readonly { readonly text: string; readonly isHit: boolean }[];
}
function firstFrame(options: readonly string[], args: readonly string[] = []): Frame {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", ...options, join(directory, "record.mts"), ...args],
    { encoding: "utf8", cwd: directory },
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Frame;
}

describe("the frames of generated code", () => {
  test("are those of its source, where Node names them", () => {
    const { where, isOwn, source } = firstFrame(["--enable-source-maps"]);
    expect([where, isOwn]).toEqual(["src/pay.ts:6", true]);
    expect(source.find(({ isHit }) => isHit)?.text).toBe("  return cart!.total;");
  });

  test("are those of its source, where Node has the map and the stack does not", () => {
    const { where, source } = firstFrame(["--enable-source-maps"], ["--own-stacks"]);
    expect(where).toBe("src/pay.ts:6");
    expect(source.find(({ isHit }) => isHit)?.text).toBe("  return cart!.total;");
  });

  test("are those of the generated code without a map", () => {
    expect(firstFrame([]).where).toBe("dist/pay.mjs:1");
  });

  test("have the source that the map holds, if there is no file", () => {
    rmSync(join(directory, "src"), { recursive: true });
    const { where, source } = firstFrame(["--enable-source-maps"], ["--own-stacks"]);
    expect(where).toBe("src/pay.ts:6");
    expect(source.find(({ isHit }) => isHit)?.text).toBe("  return cart!.total;");
  });
});
