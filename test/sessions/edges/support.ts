import type { HeaderPair, RequestFacts, Session, SessionManager } from "latchkey";
import { Browser } from "../../simulation/browser.ts";
import type { Data, Time } from "../support.ts";

export const HOST = "app.example.com";

/** What a server knows of a request of https://app.example.com. */
export function factsOf(path: string): RequestFacts {
  return { secure: true, host: HOST, path, peer: "203.0.113.7", httpVersion: "1.1", headers: { host: HOST } };
}

/** A request between its beginning and its answer. */
export interface Pending {
  readonly session: Session<Data>;
  /** Answers, and gives the Set-Cookie lines to the browser. */
  readonly finish: () => Promise<readonly string[]>;
}

/** A browser with a real cookie jar, on a host with https. */
export class Visitor {
  readonly browser: Browser;
  /** The headers of the last answer. */
  headers: readonly HeaderPair[] = [];

  constructor(time: Time) {
    this.browser = new Browser("visitor", time.clock);
  }

  async begin(manager: SessionManager<Data>, path: string = "/"): Promise<Pending> {
    const session = await manager.load(this.browser.header(path), factsOf(path));
    return {
      session,
      finish: async () => {
        this.headers = await manager.commit(session);
        for (const line of this.setCookies) this.browser.take(line);
        return this.setCookies;
      },
    };
  }

  async visit<Result>(
    manager: SessionManager<Data>,
    handle: (session: Session<Data>) => Result | Promise<Result>,
    path: string = "/",
  ): Promise<Result> {
    const { session, finish } = await this.begin(manager, path);
    const result = await handle(session);
    await finish();
    return result;
  }

  /** Who the server takes the visitor for. */
  async who(manager: SessionManager<Data>, path: string = "/"): Promise<string | undefined> {
    return await this.visit(manager, (session) => session.subject, path);
  }

  get setCookies(): string[] {
    return this.headers.filter(([name]) => name === "Set-Cookie").map(([, line]) => line);
  }

  /** The name and value of the first cookie that is sent to a path. */
  pair(path: string = "/"): string {
    return this.browser.header(path).split("; ")[0]!;
  }
}
