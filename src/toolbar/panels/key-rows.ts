import { severityOf } from "../../keys/grading/findings.ts";
import { gradeSecretKey } from "../../keys/grading/grade.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { SecretKey } from "../../keys/secret-key.ts";
import { formatInteger } from "../format.ts";
import type { Block, Cell } from "../blocks.ts";

/** What the toolbar shows of a key: everything except the key itself. */
export interface KeyRow {
  readonly role: "current" | "fallback";
  readonly fingerprint: string;
  readonly source: string | null;
  readonly verdict: "strong" | "acceptable" | "weak" | "refused";
  readonly bits: number;
  /**
   * Whether it is the generated key for development on this machine. Production refuses it.
   */
  readonly isDevelopment: boolean;
  /** The findings about the key, each with its fix. */
  readonly remarks: readonly string[];
  readonly signed: number;
  readonly verified: number;
}

type Known = Pick<KeyRow, "fingerprint" | "verdict" | "bits" | "isDevelopment" | "remarks">;

/** Fingerprint and grade are expensive to compute, and do not change. */
const known = new WeakMap<SecretKey, Known>();

/** The keys of a ring, the current one first. */
export function keyRows(keys: KeyRing): KeyRow[] {
  const usage = keys.usage();
  return [...keys].map((key) => {
    const facts = factsOf(key);
    const counts = usage.find(({ fingerprint }) => fingerprint === facts.fingerprint);
    const role = keys.roleOf(key);
    return {
      role,
      source: keys.source ?? null,
      signed: counts?.signed ?? 0,
      verified: counts?.verified ?? 0,
      ...facts,
    };
  });
}

function factsOf(key: SecretKey): Known {
  const before = known.get(key);
  if (before !== undefined) return before;
  const { verdict, bits, findings } = gradeSecretKey(key);
  const serious = findings.filter(({ code }) => code !== "development_key");
  // Every development key has the finding `development_key`. Only other findings count here.
  const isDevelopment = serious.length < findings.length && serious.every(({ code }) => severityOf(code) === "note");
  const facts = {
    isDevelopment,
    fingerprint: key.fingerprint,
    verdict,
    bits,
    remarks: findings.map(({ message, fix }) => `${message} ${fix}`),
  };
  known.set(key, facts);
  return facts;
}

/** The fingerprints of the keys that verified and signed in this request. */
export interface KeyUse {
  readonly verified: string | undefined;
  readonly signed: string | undefined;
}

/** The table of keys. */
export function keyTable(rows: readonly KeyRow[], use: KeyUse): Block {
  return {
    kind: "table",
    title: "Secret keys",
    columns: [
      { title: "Key" },
      { title: "Role" },
      { title: "Strength", grow: true },
      { title: "In this request" },
      { title: "Since start", align: "right" },
    ],
    rows: rows.map((row) => [
      { text: row.fingerprint, mono: true, tone: "key", ...(row.source === null ? {} : { detail: row.source }) },
      row.role,
      strength(row),
      [
        ...(use.verified === row.fingerprint ? ["verified"] : []),
        ...(use.signed === row.fingerprint ? ["signed"] : []),
      ].join(", ") || "–",
      `${formatInteger(row.verified)} verified, ${formatInteger(row.signed)} signed`,
    ]),
  };
}

/** The sentence about a weak or refused key. Undefined for a good one. */
export function keyFinding({ role, fingerprint, verdict, remarks, isDevelopment }: KeyRow): string | undefined {
  if (isDevelopment) return undefined;
  if (verdict !== "weak" && verdict !== "refused") return undefined;
  return `The ${role} key ${fingerprint} is ${verdict}: a server in production does not start with it. ${remarks[0] ?? ""}`.trim();
}

const SIGNS = { strong: "✓", acceptable: "✓", weak: "!", refused: "✕" } as const;
const TONES = { strong: "ok", acceptable: "ok", weak: "warn", refused: "error" } as const;

function strength({ verdict, bits, remarks, isDevelopment }: KeyRow): Cell {
  if (isDevelopment) return { text: `✓ for development, about ${bits} bits`, tone: "ok", detail: remarks[0] };
  return {
    text: `${SIGNS[verdict]} ${verdict}, about ${bits} bits`,
    tone: TONES[verdict],
    detail: verdict === "strong" ? undefined : remarks[0],
  };
}
