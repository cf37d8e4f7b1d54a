import { Agent, request } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { oneChangeMutants } from "./support/mutants.ts";
import { runExample, type RunningExample } from "./support/run-example.ts";

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

describe.each([
  { mode: "production", mutants: 20_000 },
  { mode: "development", mutants: 1_000 },
])("the quickstart in $mode", ({ mode, mutants: count }) => {
  // In development over plain HTTP on this machine the cookie need not be Secure.
  const name = mode === "production" ? "__Host-Http-session" : "session";
  let folder: string;
  let example: RunningExample;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-mutants-"));
    example = await runExample("examples/quickstart/app.ts", {
      DATABASE: join(folder, "quickstart.sqlite"),
      SECRET_KEY: generateSecretKey(),
      NODE_ENV: mode,
    });
  });
  afterAll(async () => {
    agent.destroy();
    await example.stop();
    rmSync(folder, { recursive: true });
  });

  async function get(path: string, cookie: string): Promise<number> {
    return await new Promise((resolve, reject) => {
      request(`${example.url}${path}`, { agent, headers: { Cookie: `${name}=${cookie}` } }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode!));
      })
        .on("error", reject)
        .end();
    });
  }

  test(
    `${count} one-change mutants of a logged-in visitor's cookie: the server accepts none, and answers none with 500`,
    { timeout: 300_000 },
    async () => {
      const signedUp = await fetch(`${example.url}/signup`, {
        method: "POST",
        body: new URLSearchParams({ name: "ada", password: "analytical engine" }),
        redirect: "manual",
      });
      const cookie = new RegExp(`^${name}=([^;]*)`).exec(signedUp.headers.getSetCookie()[0]!)![1]!;
      // The page of the visitor's row is 200 for whoever is logged in, and sends everybody else to
      // the login.
      expect(await get("/me", cookie)).toBe(200);

      const mutants = [...oneChangeMutants(cookie, count)];
      expect(new Set(mutants).size).toBe(count);
      const counts = new Map<number, number>();
      const queue = mutants[Symbol.iterator]();
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (const mutant of queue) {
            const status = await get("/me", mutant);
            counts.set(status, (counts.get(status) ?? 0) + 1);
          }
        }),
      );
      console.log(
        `${count} mutants over HTTP (${mode}): ${[...counts].map(([status, count]) => `${count} answered ${status}`).join(", ")}.`,
      );
      expect([...counts.keys()]).toEqual([302]);
      expect(await get("/me", cookie)).toBe(200);
    },
  );
});
