import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
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

describe("the line of the running code", () => {
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
    const before = [Error.stackTraceLimit, Error.prepareStackTrace];
    cart(below(1));
    expect([Error.stackTraceLimit, Error.prepareStackTrace]).toEqual(before);
  });

  test("is that of the source, where somebody translates stacks", () => {
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = () => "Error\n    at show (file:///app/src/cart.ts:7:3)\n    at /app/other.ts:1:1";
    try {
      expect(below(0)()).toBe("src/cart.ts:7");
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  });
});
