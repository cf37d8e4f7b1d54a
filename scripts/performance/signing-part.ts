import { ratioOf, spreadOf } from "../../bench/spread.ts";
import { number, paragraphs, shown, table } from "./markdown.ts";
import type { SigningRow } from "./results.ts";

/** Which of ours promises the same as which peer. */
const PAIRS: readonly (readonly [ours: string, peer: string, promise: string])[] = [
  ["Signer + JSON, SHA-256", "cookie-signature", "no tampering"],
  ["Signer + JSON", "keygrip", "no tampering"],
  ["URLSafeTimedSerializer", "jose", "no tampering, and an age"],
];
/** Ratios up to here are level. */
const LEVEL = 1.1;
const OPERATIONS = ["verify", "sign"] as const;

/** Signing beside other libraries, and beside itsdangerous in Python. */
export function signingPart(rows: readonly SigningRow[]): string {
  const payloads = [...new Set(rows.map(({ payload }) => payload))];
  const of = (contender: string, payload: string, operation: string): readonly number[] | undefined =>
    rows.find((row) => row.contender === contender && row.payload === payload && row.operation === operation)
      ?.microseconds;
  const compared = (pairs: readonly (readonly [ours: string, peer: string])[], first: (at: number) => string[]) =>
    pairs.flatMap(([ours, peer], at) =>
      OPERATIONS.flatMap((operation) => {
        const cells = payloads.map((payload) => {
          const [mine, theirs] = [of(ours, payload, operation), of(peer, payload, operation)];
          return mine && theirs && shown(ratioOf(mine, theirs), 2);
        });
        return cells.every((cell) => cell === undefined)
          ? []
          : [[...first(at), operation, ...cells.map((cell) => cell ?? "–")]];
      }),
    );
  const inPython = [...new Set(rows.flatMap(({ contender, inPython }) => (inPython ? [contender] : [])))].map(
    (contender) => [contender, rows.find((row) => row.contender === contender)!.inPython!] as const,
  );
  const behind = PAIRS.flatMap(([ours, peer]) =>
    OPERATIONS.flatMap((operation) =>
      payloads
        .filter((payload) => {
          const [mine, theirs] = [of(ours, payload, operation), of(peer, payload, operation)];
          return mine !== undefined && theirs !== undefined && ratioOf(mine, theirs).median > LEVEL;
        })
        .map((payload) => `${ours} beside ${peer} (${operation}, ${payload})`),
    ),
  );
  const seals = rows.filter(({ contender }) => contender === "iron-session");
  return paragraphs(
    "## Signing",
    `CPU time without a server, ours : theirs, by bytes of JSON: the median, and the least and the greatest of
the rounds. Below 1 is ahead.`,
    table(
      ["Latchkey", "beside", "promise", "", ...payloads.map((payload) => `${payload}>`)],
      compared(
        PAIRS.map(([ours, peer]) => [ours, peer]),
        (at) => [...PAIRS[at]!],
      ),
    ),
    behind.length === 0 ? "Nothing is behind." : `Behind: ${behind.join("; ")}.`,
    "Beside the same class of itsdangerous in Python:",
    table(
      ["class", "", ...payloads.map((payload) => `${payload}>`)],
      compared(inPython, (at) => [inPython[at]![0]]),
    ),
    seals.length === 0
      ? ""
      : `iron-session encrypts, so it has no peer here; it is compared with sealed sessions above. One of its
seals takes ${number(spreadOf(seals[0]!.microseconds).median, 0)} µs to open.`,
  );
}
