import type { ServerResponse } from "node:http";
import { adapterAccess } from "../adapter-access.ts";
import type { HeaderPair } from "../sessions/data/header-pair.ts";
import type { SessionManager } from "../sessions/manager.ts";
import type { Session } from "../sessions/session.ts";
import { appendHeaders } from "./node-response/response-headers.ts";

/**
 * Saves a session; gives what sets its headers, for `beforeHeaders`. A promise only where a store
 * is waited for.
 */
export function headersOf<Data extends object>(
  manager: SessionManager<Data>,
  session: Session<Data>,
  response: ServerResponse,
): (() => void) | Promise<() => void> {
  const setter = (headers: readonly HeaderPair[]) => (): void => appendHeaders(response, headers);
  const headers = manager[adapterAccess].commit(session);
  return headers instanceof Promise ? headers.then(setter) : setter(headers);
}
