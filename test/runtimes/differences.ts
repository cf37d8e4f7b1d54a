import type { RuntimeName } from "./runtimes.ts";

/** Tests that cannot pass on a runtime, because it is not like Node. */
export interface Difference {
  readonly on: readonly RuntimeName[];
  readonly file: string;
  /** Matches the titles of the tests, with those of their suites. */
  readonly tests: RegExp;
  /** It stands in the table at the end of a run. */
  readonly reason: string;
}

const BY_COMMAND_LINE = "the test starts a program by options of Node's command line";

/** Tests that fail there. A test of the runtimes fails if one of them passes. */
export const DIFFERENCES: readonly Difference[] = [
  {
    on: ["Bun"],
    file: "test/adapters/node-session.test.ts",
    tests: /a writer sees what it sees without us/,
    reason: 'node:http emits "finish" before it calls the callback of end()',
  },
  {
    on: ["Bun"],
    file: "test/adapters/hono-session.test.ts",
    tests: /an answer has its own headers beside the session's > \/bytes$/,
    reason: "node:http sends bytes with Content-Length, and without a session in chunks",
  },
  {
    on: ["Deno"],
    file: "test/adapters/node-session.test.ts",
    tests: /writeHead with a reason and headers carries the cookie/,
    reason: "node:http sends the usual words for a status, not those of writeHead",
  },
  {
    on: ["Deno"],
    file: "test/adapters/web-session.test.ts",
    tests: /on a server of Node .* (?:is called session and is not Secure|headers of the answer stay)/,
    reason: "its fetch, which is the browser of the test, sends no Connection: keep-alive as browsers do",
  },
  {
    on: ["Deno"],
    file: "test/stores/memory.test.ts",
    tests: /S4: warns once where nothing is said/,
    reason: BY_COMMAND_LINE,
  },
  {
    on: ["Deno"],
    file: "test/keys/load.test.ts",
    tests: /gives processes that start at the same time one key/,
    reason: BY_COMMAND_LINE,
  },
];

/**
 * Why tests do not run there. A test of the runtimes fails if no test is left out for the reason.
 */
export const LEFT_OUT: readonly { readonly on: readonly RuntimeName[]; readonly reason: string }[] = [
  { on: ["Node 22", "Node 26", "Bun", "Deno"], reason: "needs vi.spyOn of vitest" },
  { on: ["workerd"], reason: "workerd has no node:sqlite" },
];
