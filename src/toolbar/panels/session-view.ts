import { counted, formatAge, formatInteger, formatMoment, formatValue } from "../format.ts";
import type { Block, Cell, NumbersBlock, Tone } from "../blocks.ts";
import { keyFinding, keyTable } from "./key-rows.ts";
import { nearlyFull, verdictOf, type CommittedFacts, type LoadedFacts, type SessionStats } from "./session-verdict.ts";

/** Browsers drop a cookie with more bytes of name and value. */
const COOKIE_LIMIT = 4_096;
const FORMATS: Readonly<Record<string, string>> = {
  sealed: "sealed: encrypted and authenticated; the visitor cannot read it",
  signed: "signed, not encrypted: anyone who uses the browser can read it",
  flask: "flask: signed, not encrypted, and readable by Flask too; anyone who uses the browser can read it",
  store: "a token; the data stays on the server",
};

/** The session as blocks: the verdict first, then numbers, data, what was sent, and the keys. */
export function viewSession(stats: SessionStats): readonly Block[] {
  const { loaded, committed } = stats;
  return [
    verdictOf(stats).block,
    ...notes(stats),
    ...numbers(stats),
    ...dataTable(loaded, committed),
    ...(loaded === null ? [] : [received(loaded, stats.now)]),
    ...(committed === null ? [] : [sent(committed, loaded)]),
    keyTable(stats.keys, {
      verified: loaded?.key?.fingerprint,
      // Only the current key signs.
      signed: committed !== null && committed.bytes > 0 && !removes(committed) ? stats.keys[0]?.fingerprint : undefined,
    }),
    {
      kind: "text",
      text: "Keys are never shown: a fingerprint is 32 bits of a slow hash, the same in every process. Cookie values, and values with a name such as `password`, are never recorded.",
    },
  ];
}

/** Warnings about the cookie's size and about weak keys. They are shown with every request. */
function notes(stats: SessionStats): Block[] {
  const full = nearlyFull(stats);
  const weak = stats.keys.flatMap((key) => {
    const text = keyFinding(key);
    return text === undefined
      ? []
      : [{ kind: "note" as const, tone: key.role === "current" ? ("error" as const) : ("warn" as const), text }];
  });
  return full === undefined ? weak : [{ kind: "note", tone: "warn", text: full }, ...weak];
}

const removes = ({ action }: CommittedFacts): boolean => action === "remove" || action === "forget";

function numbers({ loaded, committed, now }: SessionStats): Block[] {
  if (loaded === null) return [];
  const items: NumbersBlock["items"][number][] = [];
  if (loaded.key !== null)
    items.push({
      value: loaded.key.fingerprint,
      label: loaded.key.role === "current" ? "Signed by current key" : "Signed by fallback key",
      tone: "key",
    });
  const born = loaded.createdAt ?? loaded.issuedAt;
  if (born !== null && loaded.verdict === "valid") items.push(splitUnit(formatAge(now - born), "Age"));
  if (loaded.expiresAt !== null && loaded.verdict === "valid")
    items.push(splitUnit(formatAge(loaded.expiresAt - now), "Left"));
  const bytes = committed !== null && committed.bytes > 0 && !removes(committed) ? committed.bytes : loaded.bytes;
  if (bytes > 0) {
    const tone: Tone = bytes > COOKIE_LIMIT ? "error" : bytes > COOKIE_LIMIT * 0.85 ? "warn" : "plain";
    items.push({
      value: formatInteger(bytes),
      unit: "B",
      label: `Of ${formatInteger(COOKIE_LIMIT)} bytes`,
      tone,
      meter: { value: bytes, of: COOKIE_LIMIT },
    });
  }
  if (committed !== null) {
    const changes = compare(loaded.data, committed.data).filter(({ sign }) => sign !== "=").length;
    items.push({
      value: String(changes),
      label: changes === 1 ? "Change here" : "Changes here",
      tone: changes > 0 ? "info" : "plain",
    });
    items.push({ value: committed.bytes === 0 ? "no" : removes(committed) ? "removal" : "yes", label: "Cookie sent" });
  }
  return items.length === 0 ? [] : [{ kind: "numbers", items }];
}

function splitUnit(age: string, label: string): NumbersBlock["items"][number] {
  const match = /^(\d+) (.+)$/.exec(age);
  return match === null ? { value: age, label } : { value: match[1]!, unit: match[2], label };
}

interface Difference {
  readonly name: string;
  readonly sign: "=" | "+" | "~" | "−";
  readonly before: unknown;
  readonly after: unknown;
}

function compare(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => {
    const was = Object.hasOwn(before, name);
    const is = Object.hasOwn(after, name);
    const sign = !was ? "+" : !is ? "−" : JSON.stringify(before[name]) === JSON.stringify(after[name]) ? "=" : "~";
    return { name, sign, before: before[name], after: after[name] };
  });
}

const SIGN_CELLS: Readonly<Record<Difference["sign"], Cell>> = {
  "=": "",
  "+": { text: "+ added", tone: "ok" },
  "~": { text: "~ changed", tone: "info" },
  "−": { text: "− removed", tone: "warn" },
};

function dataTable(loaded: LoadedFacts | null, committed: CommittedFacts | null): Block[] {
  if (loaded === null) return [];
  const differences = compare(loaded.data, (committed ?? loaded).data);
  const changed = differences.some(({ sign }) => sign !== "=");
  const empty = "The session is empty.";
  if (!changed) {
    return [
      {
        kind: "table",
        title: "Data",
        columns: [{ title: "Name" }, { title: "Value", grow: true }],
        rows: differences.map(({ name, before }) => [{ text: name, mono: true }, valueCell(before)]),
        empty,
      },
    ];
  }
  return [
    {
      kind: "table",
      title: "Data",
      columns: [{ title: "Name" }, { title: "Before", grow: true }, { title: "After", grow: true }, { title: "" }],
      rows: differences.map(({ name, sign, before, after }) => [
        { text: name, mono: true },
        sign === "+" ? "–" : valueCell(before),
        sign === "−" ? "–" : sign === "=" ? "" : valueCell(after),
        SIGN_CELLS[sign],
      ]),
    },
  ];
}

function valueCell(value: unknown): Cell {
  const detail = Array.isArray(value) ? counted(value.length, "item") : undefined;
  return { text: formatValue(value), mono: true, detail };
}

function received(loaded: LoadedFacts, now: number): Block {
  const rows: { name: string; value: Cell }[] = [
    { name: "Cookie", value: { text: loaded.cookieName, mono: true } },
    { name: "Format", value: FORMATS[loaded.format] ?? loaded.format },
  ];
  if (loaded.bytes > 0) {
    rows.push({
      name: "Size",
      value: {
        text: `${formatInteger(loaded.bytes)} of ${formatInteger(COOKIE_LIMIT)} bytes`,
        meter: { value: loaded.bytes, of: COOKIE_LIMIT },
        detail: "name and value, as browsers count",
      },
    });
  }
  const moments: readonly (readonly [string, number | null])[] = [
    ["Created", loaded.createdAt],
    ["Signed", loaded.issuedAt],
    ["Expires", loaded.expiresAt],
  ];
  for (const [name, at] of moments) {
    if (at === null) continue;
    const distance = at <= now ? `${formatAge(now - at)} ago` : `in ${formatAge(at - now)}`;
    rows.push({ name, value: { text: formatMoment(at), detail: distance } });
  }
  if (loaded.subject !== null) rows.push({ name: "Subject", value: { text: loaded.subject, mono: true } });
  return { kind: "pairs", title: loaded.verdict === "none" ? "Received: no cookie" : "Received", rows };
}

function sent(committed: CommittedFacts, loaded: LoadedFacts | null): Block {
  const rows: { name: string; value: Cell }[] = [{ name: "Decision", value: committed.explanation }];
  if (committed.bytes > 0 && !removes(committed)) {
    const change =
      loaded === null || loaded.bytes === 0 ? "" : ` (${formatDifference(committed.bytes - loaded.bytes)})`;
    rows.push({
      name: "Size",
      value: {
        text: `${formatInteger(committed.bytes)} of ${formatInteger(COOKIE_LIMIT)} bytes${change}`,
        meter: { value: committed.bytes, of: COOKIE_LIMIT },
      },
    });
  }
  if (committed.attributes !== null) rows.push(...attributeRows(committed.attributes, !removes(committed)));
  rows.push({
    name: "Looked at",
    value: committed.accessed
      ? { text: "yes", detail: "the answer has Vary: Cookie, so that no cache gives it to another visitor" }
      : { text: "no", detail: "the answer does not depend on the session" },
  });
  if (committed.conflicts > 0)
    rows.push({
      name: "Conflicts",
      value: {
        text: `${counted(committed.conflicts, "parallel request")} saved meanwhile; the changes were merged`,
        tone: "info",
      },
    });
  return { kind: "pairs", title: "Sent back", rows };
}

function formatDifference(difference: number): string {
  return difference === 0 ? "same size" : `${difference > 0 ? "+" : "−"}${formatInteger(Math.abs(difference))}`;
}

function attributeRows(attributes: string, isJudged: boolean): { name: string; value: Cell }[] {
  const parts = attributes.split(";").map((part) => part.trim());
  const find = (name: string): string | undefined => parts.find((part) => part.toLowerCase().split("=")[0] === name);
  const rows: { name: string; value: Cell }[] = [{ name: "Attributes", value: { text: attributes, mono: true } }];
  if (!isJudged) return rows;
  if (find("httponly") === undefined)
    rows.push({
      name: "HttpOnly",
      value: { text: "! missing", tone: "warn", detail: "scripts of the page can read the cookie" },
    });
  if (find("secure") === undefined)
    rows.push({ name: "Secure", value: { text: "not set", detail: "right only for plain HTTP on this machine" } });
  const sameSite = find("samesite");
  if (sameSite === undefined || /none/i.test(sameSite)) {
    rows.push({
      name: "SameSite",
      value: {
        text: sameSite === undefined ? "! missing" : "! None",
        tone: "warn",
        detail: "pages of other sites can send requests with this session",
      },
    });
  }
  return rows;
}
