import { flask, sealed, SessionManager, signed } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { expect, test } from "vitest";
import { cli } from "../support/cli.ts";

test.each([
  ["sealed", { format: sealed() }],
  ["signed", { format: signed() }],
  ["flask", { format: flask() }],
  ["store", { store: new MemoryStore() }],
])("T6: `cookie verify` prints nothing of the session in a %s cookie, its subject included", async (_, options) => {
  const key = generateSecretKey();
  const manager = new SessionManager({ keys: key, cookie: { name: "session" }, ...options });
  const session = await manager.load(undefined);
  session.login("ada@subject.example");
  session.data["note"] = "a text of the data";
  const [, line] = (await manager.commit(session)).find(([name]) => name === "Set-Cookie")!;
  const input = line.split(";")[0]!;
  const run = async (...argv: string[]): Promise<string> => {
    const { code, out, error } = await cli(argv, { input, env: { SECRET_KEY: key } });
    expect(code).toBe(0);
    return out + error;
  };
  for (const flags of [[], ["--json"]]) {
    expect(await run("cookie", "verify", ...flags)).not.toMatch(/ada@subject|"subject"|a text of the data|note/);
  }
  // `inspect` does print them, where the cookie holds them.
  if ("format" in options) expect(await run("cookie", "inspect")).toMatch(/ada@subject[^]*a text of the data/);
});
