import type { RequestCookie } from "../cookie/cookie.ts";
import type { Rejection } from "../data/rejection.ts";
import type { ParsedRequest } from "./session-reader.ts";
import type { Incoming } from "./session-state.ts";

/** A request with cookies that were not looked into. */
export function unopened(cookie: RequestCookie, why: Rejection): ParsedRequest {
  const opened: Incoming = {
    verdict: "rejected",
    ...why,
    bytes: 0,
    cookieName: cookie.name,
    endable: [],
    isAmbiguous: false,
  };
  return { names: [], open: () => opened };
}
