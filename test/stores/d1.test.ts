import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { generateSecretKey } from "latchkey/keys";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../contracts/store-suite.ts";

/*
 * D1 as Cloudflare has it: in workerd, where the store itself runs as well.
 */
describe("AsyncSqliteStore in a Worker, with D1", { timeout: 120_000 }, () => {
  let worker: Miniflare;
  beforeAll(async () => {
    const built = await build({
      entryPoints: [fileURLToPath(new URL("d1-worker.ts", import.meta.url))],
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "es2024",
    });
    worker = new Miniflare({
      modules: true,
      script: built.outputFiles[0]!.text,
      compatibilityDate: "2026-07-01",
      compatibilityFlags: ["nodejs_compat"],
      d1Databases: ["DB"],
      bindings: { KEY: generateSecretKey() },
    });
    await worker.ready;
  }, 120_000);
  afterAll(async () => await worker.dispose());

  const ask = async (path: string): Promise<string> =>
    await (await worker.dispatchFetch(`http://worker.test${path}`)).text();

  for (const [part, contract] of Object.entries(FULL)) {
    describe(`keeps the contract of ${part}`, () => {
      // The cases run in the worker. Here only their names are needed.
      for (const { name } of contract(() => undefined as never))
        test(name, async () => {
          expect(await ask(`/case?${new URLSearchParams({ part, name }).toString()}`)).toBe("ok");
        });
    });
  }

  test("T14: 200 requests at once lose no key, and 200 logins at once leave exactly as many sessions as allowed", async () => {
    expect(JSON.parse(await ask("/race"))).toEqual({ keys: 201, listed: 5 });
  });
});
