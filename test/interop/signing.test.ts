import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { inflateSync } from "node:zlib";
import {
  flaskSessionSerializer,
  KeyRing,
  Serializer,
  Signer,
  TimedSerializer,
  TimestampSigner,
  URLSafeSerializer,
  URLSafeTimedSerializer,
  type Digest,
  type KeyDerivation,
} from "latchkey/signing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toRead, toWrite } from "../signing/vector-values.ts";
import { LineProcess } from "../support/line-process.ts";
import { pythonWith, requirement } from "../support/requirements.ts";

const YEAR_1000 = -30_610_224_000;
const LAST_SECOND = 253_402_300_799;
const CASES = 24_000;
const BATCH = 500;
const SEED = Number(process.env["LATCHKEY_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

const python = requirement("Python with itsdangerous and flask", () => pythonWith("itsdangerous", "flask"));

const KINDS = [
  "Signer",
  "TimestampSigner",
  "Serializer",
  "TimedSerializer",
  "URLSafeSerializer",
  "URLSafeTimedSerializer",
  "Flask",
] as const;

interface Case {
  readonly kind: (typeof KINDS)[number];
  /** Hexadecimal, the oldest first, as in Python. */
  readonly keys: readonly string[];
  readonly salt: string;
  readonly sep: string;
  readonly keyDerivation: KeyDerivation;
  readonly digest: Digest;
  readonly time: number;
  readonly value: unknown;
}

interface Answer {
  readonly token: string;
  readonly readsOurs: boolean;
  readonly readsChanged: boolean;
  readonly changedIsSame: boolean;
}

/** Random cases that the same seed makes again (mulberry32). */
class Generator {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.number() * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  list<Item>(limit: number, make: () => Item): Item[] {
    return Array.from({ length: this.below(limit + 1) }, make);
  }

  hex(bytes: number): string {
    return Array.from({ length: bytes }, () => this.below(256).toString(16).padStart(2, "0")).join("");
  }

  text(): string {
    const ranges = [
      [0x20, 0x7f],
      [0x20, 0x7f],
      [0, 0x20],
      [0x7f, 0x100],
      [0x2020, 0x2030],
      [0x4e00, 0x4f00],
      [0xff00, 0xffef],
      [0x1f600, 0x1f640],
    ] as const;
    const character = (): string => {
      const [from, to] = this.pick(ranges);
      return String.fromCodePoint(from + this.below(to - from));
    };
    return this.list(this.pick([3, 12, 60]), character).join("");
  }

  float(): unknown {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setUint32(0, this.below(2 ** 32));
    bits.setUint32(4, this.below(2 ** 32));
    const value = this.pick([
      bits.getFloat64(0),
      this.number(),
      this.below(1000) / 8,
      this.below(100),
      -0,
      10 ** (this.below(40) - 20),
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]);
    return { $type: "float", repr: Object.is(value, -0) ? "-0.0" : String(value) };
  }

  integer(): unknown {
    const value =
      this.pick([BigInt(this.below(1000)), BigInt(this.below(2 ** 32)), BigInt(`0x${this.hex(1 + this.below(20))}`)]) *
      this.pick([1n, -1n]);
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : { $type: "int", dec: String(value) };
  }

  dict(depth: number, kind: Case["kind"]): unknown {
    const key = (): string =>
      kind === "Flask" && this.below(4) === 0
        ? this.pick([" t", " b", " di", " x", " t__", "__proto__", "constructor"])
        : this.text();
    const entries = new Map(this.list(4, (): [string, unknown] => [key(), this.value(depth - 1, kind)]));
    return { $type: "dict", entries: [...entries] };
  }

  value(depth: number, kind: Case["kind"]): unknown {
    const plain = [
      () => this.text(),
      () => this.text(),
      () => this.integer(),
      () => this.float(),
      () => this.pick([null, true, false]),
    ];
    const escaped = [() => ({ $type: "utf16", units: [0xd800 + this.below(0x800)] })];
    const nested = [() => this.list(4, () => this.value(depth - 1, kind)), () => this.dict(depth, kind)];
    const tagged = [
      () => ({ $type: "tuple", items: depth > 0 ? this.list(3, () => this.value(depth - 1, kind)) : [] }),
      () => ({ $type: "bytes", hex: this.hex(this.below(20)) }),
      () => ({ $type: "markup", html: this.text() }),
      () => ({ $type: "uuid", hex: this.hex(16) }),
      () => ({
        $type: "datetime",
        iso: new Date((YEAR_1000 + this.below(LAST_SECOND - YEAR_1000)) * 1000)
          .toISOString()
          .replace(".000Z", "+00:00"),
      }),
    ];
    const makers = [
      ...plain,
      ...(depth > 0 ? nested : []),
      ...(kind === "Flask" ? tagged : []),
      ...(kind.startsWith("URL") ? [] : escaped),
    ];
    return this.pick(makers)();
  }

  next(): Case {
    const kind = this.pick(KINDS);
    const isFlask = kind === "Flask";
    return {
      kind,
      keys: Array.from({ length: 1 + this.below(3) }, () => this.hex(1 + this.below(100))),
      salt: isFlask ? "cookie-session" : this.pick(["itsdangerous", "", this.text()]),
      sep: isFlask ? "." : this.pick([".", ".", ":", "~", "::", "é", "%%", " "]),
      keyDerivation: isFlask ? "hmac" : this.pick(["concat", "django-concat", "hmac", "none"]),
      digest: isFlask ? "sha1" : this.pick(["sha1", "sha256", "sha384", "sha512"]),
      time: this.pick([1_700_000_000, this.below(2 ** 32), this.below(2 ** 37), 0, LAST_SECOND]),
      value: kind.endsWith("Signer") ? this.text() : isFlask ? this.dict(3, kind) : this.value(3, kind),
    };
  }

  /** The same with one character changed. */
  change(token: string): string {
    const at = this.below(token.length);
    const other = this.pick([..."ABCXYZabcxyz0189-_=+/. é"]);
    const changed = token.slice(0, at) + other + token.slice(at + this.below(2));
    return changed === token ? token.slice(1) : changed;
  }
}

/** Both directions on our side. */
function sideOf(case_: Case): { write: () => string; read: (token: string) => unknown } {
  const { kind, keys, salt, sep, keyDerivation, digest, time, value } = case_;
  const bytes = keys.map((key) => Buffer.from(key, "hex"));
  const ring = new KeyRing(bytes.at(-1)!, bytes.slice(0, -1));
  const options = { salt, sep, keyDerivation, digest, clock: () => time };
  if (kind === "Signer" || kind === "TimestampSigner") {
    const signer = kind === "Signer" ? new Signer(ring, options) : new TimestampSigner(ring, options);
    return { write: () => signer.sign(value as string), read: (token) => signer.unsign(token) };
  }
  const Kind = { Serializer, TimedSerializer, URLSafeSerializer, URLSafeTimedSerializer, Flask: undefined }[kind];
  const serializer = Kind === undefined ? flaskSessionSerializer(ring, options) : new Kind(ring, options);
  return { write: () => serializer.dumps(toWrite(value)), read: (token) => serializer.loads(token) };
}

function attempt(run: () => unknown): { readonly value?: unknown } {
  try {
    return { value: run() };
  } catch {
    return {};
  }
}

/**
 * Whether two tokens are the same text; compressed ones up to the bytes of zlib, and whether it was
 * worth it: builds of it differ in both.
 */
function sameText(a: string, b: string, { kind, sep }: Case): boolean {
  const isCompressed = (kind.startsWith("URL") || kind === "Flask") && (a.startsWith(".") || b.startsWith("."));
  return isCompressed ? inflated(a, sep) === inflated(b, sep) : a === b;
}

/** A token with its payload decoded, and without the signature, which covers those bytes. */
function inflated(token: string, sep: string): string {
  const [payload = "", dot = "", base64url = ""] = /^(\.?)([\w-]+)/.exec(token) ?? [];
  const bytes = Buffer.from(base64url, "base64url");
  const rest = token.slice(payload.length);
  return (dot === "." ? inflateSync(bytes) : bytes).toString() + rest.slice(0, rest.lastIndexOf(sep));
}

describe.skipIf(python === undefined)("beside the real itsdangerous and Flask", () => {
  let peer: LineProcess;
  beforeAll(() => {
    peer = new LineProcess(python!, [fileURLToPath(new URL("signing_peer.py", import.meta.url))]);
  });
  afterAll(() => peer.close());

  test(`${CASES} random values and settings mean the same on both sides (LATCHKEY_SEED=${SEED})`, async () => {
    const generator = new Generator(SEED);
    const wrong: unknown[] = [];
    let refusedByBoth = 0;
    for (let done = 0; done < CASES; done += BATCH) {
      const batch = Array.from({ length: BATCH }, () => {
        const case_ = generator.next();
        const token = sideOf(case_).write();
        return { ...case_, token, changed: generator.change(token) };
      });
      const answers = await peer.ask<Answer[]>(batch);
      for (const [index, case_] of batch.entries()) {
        const answer = answers[index]!;
        const { read } = sideOf(case_);
        const theirs = attempt(() => read(answer.token));
        const changed = attempt(() => read(case_.changed));
        const problems = [
          sameText(case_.token, answer.token, case_) ? "" : "the texts differ",
          answer.readsOurs ? "" : "Python reads another value in our text",
          isDeepStrictEqual(theirs.value, toRead(case_.value)) ? "" : "we read another value in Python's text",
          // Python reads some texts that are spelled otherwise. What we read, Python reads, and it
          // is what was signed.
          "value" in changed && !answer.changedIsSame ? "we accept a changed text" : "",
        ].filter((problem) => problem !== "");
        if (!answer.readsChanged && !("value" in changed)) refusedByBoth++;
        if (problems.length > 0) wrong.push({ problems, case: case_, theirs: answer.token });
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(refusedByBoth).toBeGreaterThan(CASES * 0.8);
  }, 300_000);
});
