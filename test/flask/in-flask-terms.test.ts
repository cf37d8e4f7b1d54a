import { afterEach, describe, expect, test, vi } from "vitest";
import { Flask } from "../../src/flask/index.ts";
import { generateSecretKey } from "../../src/keys/index.ts";

/** The error of the first request with these settings. */
async function errorOf(settings: Readonly<Record<string, unknown>>): Promise<Error> {
  const app = new Flask(import.meta.url);
  app.config["SECRET_KEY"] = generateSecretKey();
  app.route("/", () => "fine");
  for (const [name, value] of Object.entries(settings)) app.config[name] = value;
  try {
    await app.fetch(new Request("http://localhost/"));
  } catch (error) {
    return error as Error;
  }
  throw new Error(`The settings ${JSON.stringify(settings)} were taken.`);
}

/** What this package calls a setting, and Flask does not. */
const OURS = /loadKeyRing|secretKey|fallbacks|cookie\.|sameSite|idleTimeout|lifetime|SessionManager|The option/;

describe("F11: errors of settings are in the terms of Flask", () => {
  test.each<[string, unknown, RegExp]>([
    ["SECRET_KEY", "changeme", /^app\.config\["SECRET_KEY"\] is refused\. .* Fix: /],
    ["SECRET_KEY", 5, /^app\.config\["SECRET_KEY"\] cannot be used\. .* It is a number\. Fix: /],
    [
      "SECRET_KEY_FALLBACKS",
      "old",
      /^app\.config\["SECRET_KEY_FALLBACKS"\] must be a list of keys\. It got a string\./,
    ],
    ["SESSION_COOKIE_SAMESITE", "lax", /^SESSION_COOKIE_SAMESITE must be .* It got "lax"\. Fix: /],
    ["SESSION_COOKIE_SECURE", "yes", /^SESSION_COOKIE_SECURE must be .* It got "yes"\. Fix: /],
    [
      "SESSION_COOKIE_NAME",
      "a b",
      /^SESSION_COOKIE_NAME must be .* It got "a b"\. Fix: app\.config\["SESSION_COOKIE_NAME"\] = "session"\./,
    ],
    ["SESSION_COOKIE_DOMAIN", "not a domain", /^SESSION_COOKIE_DOMAIN .* Fix: /],
    ["SESSION_COOKIE_PATH", "shop", /^SESSION_COOKIE_PATH .* Fix: /],
    [
      "PERMANENT_SESSION_LIFETIME",
      -1,
      /^PERMANENT_SESSION_LIFETIME must be .* It got -1\. Fix: PERMANENT_SESSION_LIFETIME: /,
    ],
    [
      "SESSION_STORE",
      {},
      /^app\.config\["SESSION_STORE"\] must have .* Fix: app\.config\["SESSION_STORE"\] = new MemoryStore\(\)\./,
    ],
  ])("%s = %j", async (name, value, message) => {
    const error = await errorOf({ [name]: value });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(OURS);
    expect(error.stack).toContain(error.message);
  });
});

describe("F11: warnings are in the terms of Flask", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test("a key that only development takes", async () => {
    vi.stubEnv("NODE_ENV", "development");
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const app = new Flask(import.meta.url);
    app.debug = true;
    app.config["SECRET_KEY"] = "dev";
    app.route("/", () => "fine");
    await app.fetch(new Request("http://localhost/"));
    const [message, options] = warn.mock.calls[0] ?? [];
    expect(message).toMatch(/^app\.config\["SECRET_KEY"\] would be refused in production\. .* Fix: /);
    expect(message).not.toMatch(OURS);
    expect(options).toEqual({ type: "LatchkeyWarning", code: "LATCHKEY_KEY" });
  });
});
