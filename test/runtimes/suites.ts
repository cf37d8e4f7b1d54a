import { RUNTIMES, type RuntimeName } from "./runtimes.ts";

/**
 * The files of tests that run on every runtime, by the columns of the table. They need no service
 * and no browser, and take about 20 s of a processor on each. What is left out for its time:
 * grading keys, random properties of formats, the interleavings and manipulations of cookies.
 */
export const SUITES: Readonly<Record<string, readonly string[]>> = {
  sessions: [
    "test/sessions/cookie.test.ts",
    "test/sessions/manager.test.ts",
    "test/sessions/parallel.test.ts",
    "test/sessions/read-only.test.ts",
    "test/sessions/renewal-grace.test.ts",
    "test/sessions/revocation.test.ts",
    "test/sessions/sealed/end.test.ts",
    "test/sessions/sealed/layout.test.ts",
    "test/sessions/session-limit.test.ts",
    "test/sessions/session-tags.test.ts",
  ],
  signing: [
    "test/signing/python-json.test.ts",
    "test/signing/serializer.test.ts",
    "test/signing/signer.test.ts",
    "test/signing/tagged-json.test.ts",
    "test/signing/timestamp-signer.test.ts",
  ],
  vectors: ["test/interop/paseto.test.ts", "test/sessions/sealed/vectors.test.ts", "test/signing/vectors.test.ts"],
  stores: ["test/stores/memory.test.ts", "test/stores/sqlite-async.test.ts"],
  keys: [
    "test/keys/generate.test.ts",
    "test/keys/key-ring.test.ts",
    "test/keys/load.test.ts",
    "test/keys/rotate.test.ts",
    "test/keys/secret-key.test.ts",
    "test/keys/watch.test.ts",
  ],
  adapters: [
    "test/adapters/express.test.ts",
    "test/adapters/fastify.test.ts",
    "test/adapters/hono-session.test.ts",
    "test/adapters/koa.test.ts",
    "test/adapters/node-session.test.ts",
    "test/adapters/web-session.test.ts",
  ],
  pains: [
    "test/pains/answers.test.ts",
    "test/pains/cookie.test.ts",
    "test/pains/keys.test.ts",
    "test/pains/lifetime.test.ts",
    "test/pains/parallel.test.ts",
    "test/pains/writes.test.ts",
  ],
};

/** What a runtime gets that reads no file and starts no program: no suite that does either. */
const BUNDLED: Readonly<Record<string, readonly string[]>> = {
  sessions: SUITES["sessions"]!.filter((file) => !file.endsWith("/parallel.test.ts")),
  signing: SUITES["signing"]!.filter((file) => !file.endsWith("/python-json.test.ts")),
  vectors: ["test/interop/paseto.test.ts"],
  keys: ["test/keys/key-ring.test.ts", "test/keys/secret-key.test.ts"],
};

/** The suites that run on a runtime. */
export function suitesOf(runtime: RuntimeName): Readonly<Record<string, readonly string[]>> {
  return "bundle" in RUNTIMES[runtime] ? BUNDLED : SUITES;
}

/** All their files. */
export function filesOf(runtime: RuntimeName): readonly string[] {
  return Object.values(suitesOf(runtime)).flat();
}
