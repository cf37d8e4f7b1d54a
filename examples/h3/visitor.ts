import type { H3Event } from "h3";
import type { Visitor } from "latchkey/web";

/** What the server knows of the other end of the connection. */
export function visitorOf({ ip, runtime }: H3Event["req"]): Visitor {
  return { address: ip, httpVersion: runtime?.node?.req.httpVersion };
}
