import type { Session, SessionManager } from "latchkey";
import { CookieJar } from "./cookies.ts";

/** A browser that goes to any of several managers of one application. */
export class RoamingVisitor<Data extends object> {
  readonly jar = new CookieJar();

  async visit(manager: SessionManager<Data>, handle: (session: Session<Data>) => unknown): Promise<void> {
    const session = await manager.load(this.jar.header);
    await handle(session);
    const headers = await manager.commit(session);
    this.jar.take(headers.filter(([name]) => name === "Set-Cookie").map(([, line]) => line));
  }
}
