import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startExample } from "../support/run-example.ts";

/* As `npm start` runs the quickstart. */

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "latchkey-quickstart-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts it where it cannot listen, and waits for its end. */
async function failing(PORT: string): Promise<{ readonly code: number | null; readonly error: string }> {
  const env = { PORT, DATABASE: join(folder, "quickstart.sqlite"), SECRET_KEY: generateSecretKey() };
  const child = startExample("examples/quickstart/app.ts", env);
  let error = "";
  child.stderr!.on("data", (chunk: Buffer) => void (error += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, error };
}

describe("npm start says one sentence, and exits with 1", { timeout: 120_000 }, () => {
  test("where the port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const { code, error } = await failing(String(port));
    taken.close();
    expect([code, error]).toEqual([
      1,
      `Port ${port} of 127.0.0.1 is in use by another program. Fix: stop that program, or PORT=5001 npm start\n`,
    ]);
  });

  test.each(["abc", "70000", ""])("for PORT=%s", async (port) => {
    const { code, error } = await failing(port);
    expect([code, error]).toEqual([
      1,
      `PORT must be a number from 0 to 65535. It is ${JSON.stringify(port)}. Fix: PORT=5000 npm start\n`,
    ]);
  });
});
