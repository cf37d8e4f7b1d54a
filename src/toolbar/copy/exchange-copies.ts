import type { ExchangeCopies } from "../exchange-page.ts";
import { asCurl } from "./as-curl.ts";
import { asFetch } from "./as-fetch.ts";
import { asTest } from "./as-test.ts";
import { recordedRequest, type RawRecord } from "./recorded-request.ts";

/** A record as a command, as a call of fetch and as a test. */
export function exchangeCopies(record: RawRecord): ExchangeCopies {
  const request = recordedRequest(record);
  return { curl: asCurl(request), fetch: asFetch(request), test: asTest(request) };
}
