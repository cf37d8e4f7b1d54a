import type { HeaderPair, Session, SessionManager } from "latchkey";
import { factsOf } from "../sessions/edges/support.ts";
import { Time, type Data } from "../sessions/support.ts";
import { Browser, readLine, type Setter } from "../simulation/browser.ts";

/**
 * Reasons for which an answer may expire cookies: other places than our own, or the session that
 * was ended. For any other reason, it must set nothing.
 */
export const MAY_EXPIRE: readonly string[] = ["duplicate", "too_large", "revoked"];
/** Of these, another good cookie says nothing: the request is ambiguous. */
const LEAVES_NOBODY: readonly string[] = ["duplicate", "too_large"];
/** With these managers no visitor can log in. */
const SAVES_NOTHING: readonly string[] = ["store_failed", "invalid_data"];

/**
 * One visitor of one manager, on https://app.example.com, with a browser: its jar knows hosts,
 * paths, partitions and the clock.
 */
export class Visitor {
  readonly browser: Browser;
  readonly manager: SessionManager<Data>;
  /** The headers of the last answer. */
  headers: readonly HeaderPair[] = [];

  /** @param time the server's clock, by which the browser expires cookies. */
  constructor(manager: SessionManager<Data>, time: Time = new Time()) {
    this.manager = manager;
    this.browser = new Browser("visitor", time.clock);
  }

  /** One request and its answer. */
  async visit<Result>(
    handle: (session: Session<Data>) => Result | Promise<Result>,
    path: string = "/",
  ): Promise<Result> {
    const { session, finish } = await this.begin(path);
    const result = await handle(session);
    await finish();
    return result;
  }

  /** A request that is not answered yet. */
  async begin(
    path: string = "/",
  ): Promise<{ readonly session: Session<Data>; readonly finish: () => Promise<readonly string[]> }> {
    const session = await this.manager.load(this.browser.header(path), factsOf(path));
    const finish = async (): Promise<readonly string[]> => {
      this.headers = await this.manager.commit(session);
      this.take(this.setCookies);
      return this.setCookies;
    };
    return { session, finish };
  }

  /**
   * Who the server takes this browser for, in a separate request; the browser processes its answer.
   */
  async who(path: string = "/"): Promise<string> {
    return await this.visit(wordOf, path);
  }

  /** Set-Cookie lines of an answer, or cookies that a script or a sibling host plants. */
  take(lines: readonly string[], setter: Setter = "answer", path: string = "/"): void {
    for (const line of lines) this.browser.take(line, setter, path);
  }

  /** The Cookie header; undefined for a browser without cookies. */
  get header(): string | undefined {
    const header = this.browser.header("/");
    return header === "" ? undefined : header;
  }

  /** The value of the session's cookie. */
  get value(): string {
    return this.header?.split("=").slice(1).join("=") ?? "";
  }

  get setCookies(): string[] {
    return cookiesOf(this.headers);
  }
}

/**
 * What a Cookie header leads to: the subject, or why there is none. Fails if a rejected session is
 * not empty.
 */
export function wordOf({ subject, rejection, isNew, data }: Session<Data>): string {
  if (rejection !== undefined && (subject !== undefined || !isNew || Object.keys(data).length > 0))
    throw new Error("A rejected cookie has given something away.");
  return rejection?.reason ?? subject ?? (isNew ? "nobody" : "anonymous");
}

/**
 * What a Cookie header leads to; see `wordOf`. Of a rejected one it is looked at what comes after
 * the verdict as well: what the answer sets, and what the next request says of a browser that holds
 * a good cookie by then, and of one that sends both. It fails if either is worse off.
 */
export async function outcomeOf(manager: SessionManager<Data>, header: string | undefined): Promise<string> {
  const session = await manager.load(header, factsOf("/"));
  const word = wordOf(session);
  if (session.rejection !== undefined) await checkEffect(manager, header!, session);
  return word;
}

/** Only the verdict, where a test counts what one request does. */
export async function verdictOf(manager: SessionManager<Data>, header: string | undefined): Promise<string> {
  return wordOf(await manager.load(header, factsOf("/")));
}

/** By manager, the reasons for which a neighbour has been asked already: it costs a login. */
const asked = new WeakMap<SessionManager<Data>, Set<string>>();

async function checkEffect(manager: SessionManager<Data>, header: string, session: Session<Data>): Promise<void> {
  const { reason } = session.rejection!;
  const lines = cookiesOf(await manager.commit(session));
  if (lines.length > 0 && !MAY_EXPIRE.includes(reason))
    throw new Error(`A cookie that is ${reason} has led to a Set-Cookie.`);
  if (lines.some((line) => !readLine(line).isExpiry))
    throw new Error(`A cookie that is ${reason} has led to a new cookie.`);
  const reasons = asked.get(manager) ?? new Set<string>();
  if (reasons.has(reason) || SAVES_NOTHING.includes(reason)) return;
  asked.set(manager, reasons.add(reason));

  const neighbour = new Visitor(manager);
  await neighbour.visit((own) => own.login("neighbour"));
  // A hook may revoke everybody's.
  if (reason === "revoked" && (await neighbour.who()) !== "neighbour") return;
  // The answer is late: by now the browser has logged in. A revoked session is expired in its own
  // place, on purpose.
  if (reason !== "revoked") neighbour.take(lines);
  await expectNeighbour(manager, neighbour.header, `after the answer to a cookie that is ${reason}`);
  if (LEAVES_NOBODY.includes(reason)) return;
  for (const both of [`${header}; ${neighbour.header!}`, `${neighbour.header!}; ${header}`])
    await expectNeighbour(manager, both, `beside a cookie that is ${reason}`);
}

async function expectNeighbour(manager: SessionManager<Data>, header: string | undefined, when: string): Promise<void> {
  const session = await manager.load(header, factsOf("/"));
  if (session.subject !== "neighbour")
    throw new Error(`A good cookie opens nothing ${when}: ${session.rejection?.reason ?? "no cookie"}.`);
}

export function cookiesOf(headers: readonly HeaderPair[]): string[] {
  return headers.filter(([name]) => name === "Set-Cookie").map(([, line]) => line);
}
