import { setTimeout as sleep } from "node:timers/promises";

/** What the application needs of a session, in every adapter. */
export interface SoakSession {
  readonly subject: string | undefined;
  readonly data: Record<string, unknown>;
  login(subject: string): void;
  logout(): void;
  /** Flask's session has no renewal without a login. */
  renew?(): void;
}

/** What a visitor may see of a session: null where nobody is logged in. */
export type Seen = Readonly<Record<string, unknown>> | null;

/** Answers one request of the soak test, in every adapter. */
export async function answer(session: SoakSession, url: string): Promise<string> {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const value = searchParams.get("value") ?? "";
  switch (pathname) {
    case "/login":
      session.login(value);
      break;
    case "/add":
      // An entry of its own for each write: requests at the same time are merged, and all must be
      // there.
      session.data[value] = 1;
      break;
    case "/renew":
      session.renew?.();
      break;
    case "/logout":
      session.logout();
      break;
    case "/slow":
      await sleep(100);
      session.data[value] = 1;
      break;
    default:
  }
  return JSON.stringify({ seen: session.subject === undefined ? null : { ...session.data } });
}
