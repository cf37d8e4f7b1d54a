import { runInThisContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callSite } from "../../src/toolbar/capture/call-site.ts";

type Run = () => string;

/** A function that calls another one, in a file of this name. */
const caller = (file: string, line = 1): ((run: Run) => string) =>
  runInThisContext(`${"\n".repeat(line - 1)}(run) => run()`, { filename: file }) as (run: Run) => string;

const cart = caller("/app/routes/cart.js", 31);
/** A library with many frames of its own. */
const driver = runInThisContext(
  "(function deep(run, frames, ...args) { return frames === 0 ? run(...args) : deep(run, frames - 1, ...args); })",
  { filename: "/app/node_modules/driver/index.js" },
) as (run: typeof callSite, frames: number, ...args: Parameters<typeof callSite>) => string;
/** Frames of this file would be found too, so the driver calls `callSite` itself. */
const below = (frames: number): Run =>
  driver.bind(undefined, callSite, frames, "/app", { isApplication: true, kind: "test" });

// Tests run with a function of vitest's own, which makes texts of stacks.
const errors: { stackTraceLimit: number; prepareStackTrace?: unknown } = Error;
const ofVitest = errors.prepareStackTrace;

describe.each([
  ["frames", undefined],
  ["text", ofVitest],
] as const)("the line of the running code, by %s", (_, prepare) => {
  beforeEach(() => void (errors.prepareStackTrace = prepare));
  afterEach(() => void (errors.prepareStackTrace = ofVitest));

  test("is the application's, and not a package's", () => {
    expect(cart(below(3))).toBe("routes/cart.js:31");
    expect(cart(driver.bind(undefined, callSite, 3, "/app"))).toBe("node_modules/driver/index.js:1");
  });

  test.each([0, 1, 20, 5, 0, 30])("is found below %i frames, however many there were before", (frames) => {
    expect(cart(below(frames))).toBe("routes/cart.js:31");
  });

  test("has the whole path of a file outside of the folder", () => {
    expect(caller("/elsewhere/cart.js")(below(2))).toBe("/elsewhere/cart.js:1");
  });

  test("leaves Error as it was", () => {
    const before = [errors.stackTraceLimit, errors.prepareStackTrace];
    cart(below(1));
    expect([errors.stackTraceLimit, errors.prepareStackTrace]).toEqual(before);
  });

  test("is found in a function with the name of a path", () => {
    const routes = runInThisContext('({ "/cart": (run) => run() })', { filename: "/app/routes/all.js" }) as Record<
      string,
      (run: Run) => string
    >;
    expect(routes["/cart"]!(below(1))).toBe("routes/all.js:1");
  });
});

describe("the line of the source", () => {
  test("is told by a function that translates stacks", () => {
    errors.prepareStackTrace = () => "Error\n    at show (file:///app/src/cart.ts:7:3)\n    at /app/other.ts:1:1";
    try {
      expect(below(0)()).toBe("src/cart.ts:7");
    } finally {
      errors.prepareStackTrace = ofVitest;
    }
  });
});
