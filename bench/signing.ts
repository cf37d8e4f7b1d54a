/*
 * Signing and verifying side by side: latchkey/signing, the floor of bare node:crypto and JSON, itsdangerous in Python, and what Node
 * servers use instead. All of them take turns in one run, so that a busy machine slows all of them; what counts is the ratio.
 *
 *   npm exec -- node bench/signing.ts [--rounds 15] [--peers folder/with/node_modules]
 *
 * The floors do by hand what the wire format demands: `floor` without compression, `floor + zlib` with itsdangerous's rule for it.
 * Peers that are not installed are named and left out. cookie-signature and keygrip sign the JSON's base64url and know no time;
 * jose's tokens are JWTs; iron-session encrypts.
 */
import { spawn } from "node:child_process";
import { createHmac, createSecretKey, hash, timingSafeEqual } from "node:crypto";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { deflateSync, inflateSync } from "node:zlib";
import { deriveKey, flaskSessionSerializer, URLSafeTimedSerializer } from "../src/signing/index.ts";
import { pythonWith } from "../test/support/requirements.ts";

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "15" }, peers: { type: "string", default: "." } } });
const KEY = "0f4c1d7e9b2a483f8d5e6c7b1a2938475f6e7d8c9bab0c1d";
const BATCH_MS = 3;

interface Job {
  readonly sign: () => unknown;
  readonly verify: () => unknown;
}
interface Contender {
  readonly name: string;
  readonly start: (payload: unknown) => Job | Promise<Job>;
  /** Measures by itself, in another process: microseconds for each operation. */
  readonly measure?: (operation: keyof Job, payload: unknown) => Promise<number>;
}

const items = (count: number): object[] =>
  Array.from({ length: count }, (_, id) => ({ id: (id * 7919) % 1000, sku: ((id * 104_729) % 7919).toString(36), qty: id % 7 }));

function payloads(): Record<string, unknown> {
  const base = { user_id: 12_345, name: "Ada Lovelace", csrf: "0123456789abcdef01234567" };
  return { "80 B": base, "500 B": { ...base, cart: items(13) }, "3 kB": { ...base, cart: items(95) } };
}

const signingKey = createSecretKey(deriveKey(Buffer.from(KEY), "itsdangerous", "django-concat", "sha1"));
const mac = (text: string): string => createHmac("sha1", signingKey).update(text, "utf8").digest("base64url");

// HMAC (RFC 2104) by two calls of the one-shot hash, to see what another way to the same signature would cost.
const inner = Buffer.alloc(64 + 65_536, 0x36);
const outer = Buffer.alloc(64 + 20, 0x5c);
signingKey.export().forEach((byte, index) => {
  inner[index] = byte ^ 0x36;
  outer[index] = byte ^ 0x5c;
});
function oneShotMac(text: string): string {
  const length = inner.write(text, 64, "utf8");
  outer.write(hash("sha1", inner.subarray(0, 64 + length), "latin1" as "hex"), 64, "latin1");
  return hash("sha1", outer, "base64url" as "hex");
}

/** What a careful person would write by hand. */
function floor(name: string, compress: boolean, macOf: (text: string) => string): Contender {
  const sign = (payload: unknown): string => {
    const json = Buffer.from(JSON.stringify(payload), "utf8");
    const packed = compress ? deflateSync(json) : json;
    const body = packed.length < json.length - 1 ? `.${packed.toString("base64url")}` : json.toString("base64url");
    const time = Buffer.alloc(4);
    time.writeUInt32BE(Math.floor(Date.now() / 1000));
    const text = `${body}.${time.toString("base64url")}`;
    return `${text}.${macOf(text)}`;
  };
  const verify = (token: string): unknown => {
    const end = token.lastIndexOf(".");
    const text = token.slice(0, end);
    const received = Buffer.from(token.slice(end + 1));
    const expected = Buffer.from(macOf(text));
    if (received.length !== expected.length || !timingSafeEqual(received, expected)) throw new Error("bad signature");
    const middle = text.lastIndexOf(".");
    if (Date.now() / 1000 - Buffer.from(text.slice(middle + 1), "base64url").readUInt32BE() > 3600) throw new Error("expired");
    const body = text.slice(0, middle);
    const bytes = body.startsWith(".") ? inflateSync(Buffer.from(body.slice(1), "base64url")) : Buffer.from(body, "base64url");
    return JSON.parse(bytes.toString("utf8"));
  };
  return {
    name,
    start: (payload) => {
      const token = sign(payload);
      return { sign: () => sign(payload), verify: () => verify(token) };
    },
  };
}

function latchkey(name: string, serializer: URLSafeTimedSerializer): Contender {
  return {
    name,
    start: (payload) => {
      const token = serializer.dumps(payload);
      return { sign: () => serializer.dumps(payload), verify: () => serializer.loads(token, { maxAge: 3600 }) };
    },
  };
}

const PYTHON = `
import json, sys, time
from itsdangerous import URLSafeTimedSerializer
s = URLSafeTimedSerializer(${JSON.stringify(KEY)})
for line in sys.stdin:
    job = json.loads(line)
    token = s.dumps(job["payload"])
    call = (lambda: s.dumps(job["payload"])) if job["operation"] == "sign" else (lambda: s.loads(token, max_age=3600))
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < job["ms"] / 1000:
        for _ in range(10): call()
        count += 10
    print((time.perf_counter() - start) / count * 1e6, flush=True)
`;

function itsdangerous(python: string): Contender & { stop: () => void } {
  const child = spawn(python, ["-c", PYTHON], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name: "itsdangerous (Python)",
    start: () => ({ sign: () => undefined, verify: () => undefined }),
    measure: async (operation, payload) => {
      child.stdin.write(`${JSON.stringify({ operation, payload, ms: BATCH_MS * 2 })}\n`);
      return Number((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

interface CookieSignature {
  sign(value: string, key: string): string;
  unsign(signed: string, key: string): string | false;
}
interface Keygrip {
  sign(value: string): string;
  verify(value: string, signature: string): boolean;
}
interface Jose {
  SignJWT: new (claims: object) => { setProtectedHeader(header: object): { setIssuedAt(): { sign(key: Uint8Array): Promise<string> } } };
  jwtVerify(token: string, key: Uint8Array): Promise<{ payload: unknown }>;
}
interface IronSession {
  sealData(data: unknown, options: { password: string }): Promise<string>;
  unsealData(seal: string, options: { password: string }): Promise<unknown>;
}

const encode = (payload: unknown): string => Buffer.from(JSON.stringify(payload)).toString("base64url");
const decode = (text: string): unknown => JSON.parse(Buffer.from(text, "base64url").toString());

const PEERS: Readonly<Record<string, (library: never) => Contender["start"]>> = {
  "cookie-signature":
    ({ default: library }: { default: CookieSignature }) =>
    (payload) => {
      const token = library.sign(encode(payload), KEY);
      return { sign: () => library.sign(encode(payload), KEY), verify: () => decode(library.unsign(token, KEY) as string) };
    },
  keygrip:
    ({ default: Keys }: { default: new (keys: string[]) => Keygrip }) =>
    (payload) => {
      const keys = new Keys([KEY]);
      const [text, signature] = [encode(payload), keys.sign(encode(payload))];
      return { sign: () => keys.sign(encode(payload)), verify: () => keys.verify(text, signature) && decode(text) };
    },
  jose: (library: Jose) => async (payload) => {
    const key = Buffer.from(KEY);
    const sign = () => new library.SignJWT(payload as object).setProtectedHeader({ alg: "HS256" }).setIssuedAt().sign(key);
    const token = await sign();
    return { sign, verify: () => library.jwtVerify(token, key) };
  },
  "iron-session": (library: IronSession) => async (payload) => {
    const seal = await library.sealData(payload, { password: KEY });
    return { sign: () => library.sealData(payload, { password: KEY }), verify: () => library.unsealData(seal, { password: KEY }) };
  },
};

async function timed(operation: () => unknown, count: number): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    const result = operation();
    if (result instanceof Promise) await result;
  }
  return ((performance.now() - start) / count) * 1000;
}

const missing: string[] = [];
const contenders: Contender[] = [
  floor("floor", false, mac),
  floor("floor + zlib", true, mac),
  floor("floor + zlib, one-shot hash", true, oneShotMac),
  latchkey("latchkey", new URLSafeTimedSerializer(KEY)),
  latchkey("latchkey, Flask session", flaskSessionSerializer(KEY)),
];
const python = pythonWith("itsdangerous");
const pythonContender = python === undefined ? undefined : itsdangerous(python);
if (pythonContender === undefined) missing.push("itsdangerous (Python)");
else contenders.push(pythonContender);
const require = createRequire(join(resolve(options.peers), "package.json"));
for (const [name, start] of Object.entries(PEERS)) {
  try {
    contenders.push({ name, start: start((await import(pathToFileURL(require.resolve(name)).href)) as never) });
  } catch {
    missing.push(name);
  }
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const rows: { payload: string; operation: keyof Job; contender: string; microseconds: number; ratios: Record<string, number> }[] = [];

for (const [size, payload] of Object.entries(payloads())) {
  const jobs = await Promise.all(contenders.map(async ({ start }) => start(payload)));
  for (const operation of ["verify", "sign"] as const) {
    const counts: number[] = [];
    for (const [index, job] of jobs.entries()) {
      await contenders[index]?.measure?.(operation, payload);
      // Long enough for the optimising compiler, then as often as fits into a batch.
      for (let warm = 0; warm < 5; warm++) await timed(job[operation], 300);
      counts.push(Math.max(5, Math.round((BATCH_MS * 1000) / (await timed(job[operation], 300)))));
    }
    const times: number[][] = contenders.map(() => []);
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [index, job] of jobs.entries()) {
        const { measure } = contenders[index]!;
        times[index]!.push(measure === undefined ? await timed(job[operation], counts[index]!) : await measure(operation, payload));
      }
    }
    const against = (name: string, index: number): number => {
      const other = times[contenders.findIndex((contender) => contender.name === name)];
      return other === undefined ? Number.NaN : median(times[index]!.map((time, round) => time / other[round]!));
    };
    for (const [index, { name }] of contenders.entries()) {
      const ratios = Object.fromEntries(["floor", "floor + zlib", "itsdangerous (Python)"].map((other) => [other, against(other, index)]));
      rows.push({ payload: size, operation, contender: name, microseconds: median(times[index]!), ratios });
    }
  }
}
pythonContender?.stop();

for (const [size, payload] of Object.entries(payloads())) {
  for (const operation of ["verify", "sign"] as const) {
    console.log(`\n${operation}, ${size} (${JSON.stringify(payload).length} bytes of JSON)`);
    console.log(`${"".padEnd(30)}${["us", "/ floor", "/ floor+zlib", "/ Python"].map((head) => head.padStart(13)).join("")}`);
    for (const row of rows.filter((row) => row.payload === size && row.operation === operation)) {
      const numbers = [row.microseconds, ...Object.values(row.ratios)];
      console.log(row.contender.padEnd(30) + numbers.map((number) => number.toFixed(2).padStart(13)).join(""));
    }
  }
}
console.log(`\nNot installed: ${missing.join(", ") || "nothing"}`);
console.log(JSON.stringify({ node: process.version, rounds: Number(options.rounds), missing, rows }));
