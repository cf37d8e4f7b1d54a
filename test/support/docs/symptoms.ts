import { SessionManager, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { serve, Visitor } from "../../pains/support.ts";
import { account, application, type Handle } from "./account.ts";
import { programsOf } from "./pages.ts";
import { runProgram } from "./run-program.ts";

export type Data = Record<string, unknown>;
export type Options = Partial<SessionManagerOptions<Data>>;

export const KEY = generateSecretKey();

/** What the log of docs/troubleshooting.md has printed during a test. */
export const log: string[] = [];
/** The warnings of the process, each with its code. */
export const warnings: string[] = [];
/** For a test file: fills `log` by the program of the page, and `warnings`. */
export function readLog(): void {
  beforeAll(async () => {
    const collect = (warning: Error & { code?: string }): void =>
      void warnings.push(`${warning.code} ${warning.message}`);
    process.on("warning", collect);
    await runProgram(programsOf("docs/troubleshooting.md")[0]!);
    return () => void process.off("warning", collect);
  });
  beforeEach(() => {
    log.length = 0;
    warnings.length = 0;
    vi.spyOn(console, "log").mockImplementation((...words) => void log.push(words.join(" ").trim()));
  });
  afterEach(() => void vi.restoreAllMocks());
}

/** A manager as most tests need it. */
export const manager = (options: Options = {}): SessionManager<Data> =>
  new SessionManager<Data>({ keys: KEY, ...options });
/** An application with such a manager; its address. */
export const start = async (options: Options = {}, handle: Handle = account): Promise<string> =>
  await serve(application(manager(options), handle));

/** Moves a browser's cookies to another server, which has another address and the same name. */
export function at(visitor: Visitor, address: string, host = "localhost"): Visitor {
  const other = new Visitor(address, host);
  other.jar.take((visitor.jar.header ?? "").split("; ").filter(Boolean));
  return other;
}

/** A visitor who is logged in. */
export async function loggedIn(address: string): Promise<Visitor> {
  const visitor = new Visitor(address, "localhost");
  await visitor.visit("/login", { form: {} });
  expect(await me(visitor)).toBe("7");
  log.length = 0;
  return visitor;
}

/** Who the visitor is. */
export async function me(visitor: Visitor): Promise<string> {
  return (await (await visitor.visit("/me")).text()).replace(/<.*>/, "");
}

/** Who the visitor is on another server with the same cookies, and what the log says. */
export async function seenBy(visitor: Visitor, options: Options): Promise<readonly [subject: string, log: string]> {
  log.length = 0;
  const subject = await me(at(visitor, await start(options)));
  return [
    subject,
    log
      .find((line) => line.startsWith("session came in:"))
      ?.split(" ")
      .slice(3, 5)
      .join(" ")
      .trim() ?? "",
  ];
}
