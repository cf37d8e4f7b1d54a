/*
 * The part of vitest that tests use, for runtimes that vitest itself does not run on. The programs
 * of the runtimes lead the name "vitest" to this file.
 */
import { inspect } from "node:util";
import { expect as plainExpect } from "./jest-expect.ts";
import { retried } from "./retried.ts";
import { Unavailable } from "./unavailable.ts";

export { vi } from "./vi.ts";

type Work = (...args: never[]) => unknown;
interface Case {
  readonly name: string;
  readonly run: () => Promise<void>;
  readonly isSkipped: boolean;
}
interface Suite {
  readonly name: string;
  readonly isSkipped: boolean;
  readonly children: (Case | Suite)[];
  readonly hooks: Record<"beforeAll" | "afterAll" | "beforeEach" | "afterEach", Work[]>;
}

/** What became of the tests of one file. */
export interface Results {
  readonly passed: string[];
  readonly failed: { readonly name: string; readonly error: string }[];
  readonly skipped: { readonly name: string; readonly reason: string }[];
}

const suiteOf = (name: string, isSkipped: boolean): Suite => ({
  name,
  isSkipped,
  children: [],
  hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] },
});
let current = suiteOf("", false);

function addSuite(isSkipped: boolean, name: string, args: readonly unknown[], values: readonly unknown[] = []): void {
  const outer = current;
  const suite = suiteOf(name, isSkipped || outer.isSkipped);
  outer.children.push(suite);
  current = suite;
  try {
    (args.find((arg) => typeof arg === "function") as Work)(...(values as never[]));
  } finally {
    current = outer;
  }
}

function addTest(isSkipped: boolean, name: string, args: readonly unknown[], values: readonly unknown[] = []): void {
  const work = args.find((arg) => typeof arg === "function") as Work;
  current.children.push({
    name,
    isSkipped: isSkipped || current.isSkipped,
    run: async () => void (await work(...(values as never[]))),
  });
}

type Add = typeof addTest;
type Register = ((name: string, ...args: readonly unknown[]) => void) & {
  readonly each: (cases: readonly unknown[]) => (name: string, ...args: readonly unknown[]) => void;
  readonly skipIf: (condition: unknown) => Register;
  readonly runIf: (condition: unknown) => Register;
};
function registrar(add: Add, isSkipped = false): Register {
  const plain = (name: string, ...args: readonly unknown[]): void => add(isSkipped, name, args);
  return Object.assign(plain, {
    each:
      (cases: readonly unknown[]) =>
      (name: string, ...args: readonly unknown[]) => {
        for (const one of cases) {
          const values = Array.isArray(one) ? (one as unknown[]) : [one];
          add(isSkipped, titled(name, values), args, values);
        }
      },
    skipIf: (condition: unknown) => registrar(add, isSkipped || Boolean(condition)),
    runIf: (condition: unknown) => registrar(add, isSkipped || !condition),
  });
}
function titled(name: string, values: readonly unknown[]): string {
  let next = 0;
  return name.replace(/%[sdijo]|\$\w+/g, (mark) => {
    const value = mark.startsWith("$")
      ? (values[0] as Record<string, unknown> | undefined)?.[mark.slice(1)]
      : values[next++];
    return typeof value === "string" ? value : inspect(value, { breakLength: Infinity, depth: 1 });
  });
}

export const test = registrar(addTest);
export const it = test;
export const describe = registrar(addSuite);
export const beforeAll = (work: Work): void => void current.hooks.beforeAll.push(work);
export const afterAll = (work: Work): void => void current.hooks.afterAll.push(work);
export const beforeEach = (work: Work): void => void current.hooks.beforeEach.push(work);
export const afterEach = (work: Work): void => void current.hooks.afterEach.push(work);

const finishers: Work[] = [];
export const onTestFinished = (work: Work): void => void finishers.push(work);

plainExpect.extend({
  toSatisfy: (value: unknown, check: (value: unknown) => boolean) => ({
    pass: check(value),
    message: () => `${inspect(value)} is not what it should be`,
  }),
  toBeTypeOf: (value: unknown, type: string) => ({
    pass: typeof value === type,
    message: () => `${inspect(value)} is not of type ${type}`,
  }),
});
/** `expect.poll(read).toBe(value)` asks again until it holds. */
const poll = (read: () => unknown, isNot = false): unknown =>
  new Proxy(
    {},
    {
      get: (_, name) =>
        name === "not"
          ? poll(read, true)
          : async (...args: unknown[]) =>
              await retried(async () => {
                const checks = plainExpect(await read()) as unknown as Record<
                  PropertyKey,
                  (...args: unknown[]) => void
                >;
                (isNot ? (checks["not"] as unknown as typeof checks) : checks)[name]!(...args);
              }),
    },
  );
export const expect = Object.assign(
  // The second argument says more of a failure.
  (value: unknown, about?: unknown): unknown => {
    void about;
    return plainExpect(value);
  },
  plainExpect,
  {
    poll: (read: () => unknown): unknown => poll(read),
    unreachable: (message = "This line is not to be reached.") => {
      throw new Error(message);
    },
  },
);

/** Types are checked by tsc alone. */
export const expectTypeOf = (): unknown =>
  new Proxy(() => undefined, { get: () => expectTypeOf(), apply: () => undefined });

/** Loads a file of tests, and runs them one after the other. */
export async function runFile(load: () => Promise<unknown>): Promise<Results> {
  const results: Results = { passed: [], failed: [], skipped: [] };
  current = suiteOf("", false);
  try {
    await load();
  } catch (error) {
    results.failed.push({ name: "does not load", error: inspect(error) });
    return results;
  }
  await runSuite(current, [], "", results);
  return results;
}

/** Far more than a test needs. One that never ends must not stop the others. */
const PATIENCE = 120_000;
async function within(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The test has not ended within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function runSuite(suite: Suite, outer: readonly Suite[], prefix: string, results: Results): Promise<void> {
  const all = [...outer, suite];
  const hasTests = (one: Case | Suite): boolean => ("children" in one ? one.children.some(hasTests) : !one.isSkipped);
  const attempt = async (name: string, work: () => Promise<void>): Promise<boolean> => {
    Unavailable.reason = undefined;
    try {
      await work();
      return true;
    } catch (error) {
      if (Unavailable.reason !== undefined) results.skipped.push({ name, reason: Unavailable.reason });
      else results.failed.push({ name, error: inspect(error) });
      return false;
    }
  };
  const called = async (hooks: readonly Work[]): Promise<void> => {
    for (const hook of hooks) await hook();
  };
  const isUsed = suite.children.some(hasTests);
  if (isUsed && !(await attempt(`${prefix}beforeAll`, async () => await called(suite.hooks.beforeAll)))) return;
  for (const child of suite.children) {
    const name = `${prefix}${child.name}`;
    if ("children" in child) await runSuite(child, all, `${name} > `, results);
    else if (child.isSkipped) results.skipped.push({ name, reason: "the test's own condition" });
    else {
      const ran = await attempt(name, async () => {
        try {
          for (const { hooks } of all) await called(hooks.beforeEach);
          await within(child.run());
        } finally {
          await called(finishers.splice(0).toReversed());
          for (const { hooks } of all.toReversed()) await called(hooks.afterEach);
        }
      });
      if (ran) results.passed.push(name);
    }
  }
  if (isUsed) await attempt(`${prefix}afterAll`, async () => await called(suite.hooks.afterAll.toReversed()));
}
