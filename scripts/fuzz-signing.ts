/**
 * Throws random and half-right texts at everything that reads signed values, for a given time,
 * and fails on any exception outside of the tree of errors, on any acceptance of what was not
 * signed, and on any input that takes time out of proportion to its length.
 *
 *   npm exec -- node scripts/fuzz-signing.ts 600        seconds; SEED=… repeats a run
 */
import fc from "fast-check";
import { BadData } from "../src/errors.ts";
import { generateSecretKey } from "../src/keys/generate.ts";
import { KeyRing } from "../src/keys/key-ring.ts";
import { SessionManager } from "../src/sessions/manager.ts";
import { flask } from "../src/sessions/cookie/formats/flask.ts";
import { sealed } from "../src/sessions/cookie/formats/sealed.ts";
import { signed } from "../src/sessions/cookie/formats/signed.ts";
import { flaskSessionSerializer } from "../src/signing/flask-session-serializer.ts";
import { Serializer } from "../src/signing/serializer.ts";
import { Signer } from "../src/signing/signer.ts";
import { TaggedJson } from "../src/signing/tagged-json.ts";
import { TimedSerializer } from "../src/signing/timed-serializer.ts";
import { TimestampSigner } from "../src/signing/timestamp-signer.ts";
import { URLSafeSerializer } from "../src/signing/url-safe-serializer.ts";
import { URLSafeTimedSerializer } from "../src/signing/url-safe-timed-serializer.ts";

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin % 2 ** 31));
const keys = new KeyRing(generateSecretKey(), [generateSecretKey()]);

const signers = [new Signer(keys), new TimestampSigner(keys), new Signer(keys, { digest: "sha512", sep: "::" })];
const serializers = [
  new Serializer(keys),
  new TimedSerializer(keys),
  new URLSafeSerializer(keys),
  new URLSafeTimedSerializer(keys),
  flaskSessionSerializer(keys),
];
const managers = [flask(), signed(), sealed()].map(
  (format) => new SessionManager({ keys, format, cookie: { name: "s" } }),
);
const tagged = new TaggedJson();
const genuine = new Set<string>();

/**
 * Texts that are nearly right: genuine tokens with pieces changed, and signed rubbish, which gets
 * past the signature.
 */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("[".repeat(3000), '{"a":'.repeat(500), "9".repeat(5000), "NaN", "1e999", '{"__proto__":1}'),
);
const rubbish = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary", maxLength: 2000 }),
  fc.base64String(),
  fc.stringMatching(/^[\w.=+/-]{0,400}$/),
);
const token = fc.oneof(
  rubbish,
  fc
    .tuple(fc.nat(serializers.length - 1), value, fc.nat(400), fc.string({ maxLength: 3 }), fc.nat(3))
    .map(([which, content, at, insert, remove]) => {
      const made = dumped(serializers[which]!, content);
      return made.slice(0, at) + insert + made.slice(at + remove);
    }),
  // Signed by us, and not what a serializer writes: only what is inside stands between this and the
  // reader.
  fc.tuple(fc.nat(4), rubbish).map(([which, text]) => signedRubbish(which, text)),
);

function dumped(serializer: { dumps(value: unknown): string }, content: unknown): string {
  try {
    const made = serializer.dumps(content);
    remember(made);
    return made;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return "";
    throw error;
  }
}

function signedRubbish(which: number, text: string): string {
  const plain = text.toWellFormed();
  const made = [
    () => new Signer(keys, { salt: "itsdangerous" }).sign(plain),
    () => new TimestampSigner(keys, { salt: "itsdangerous" }).sign(plain),
    () => new TimestampSigner(keys, { salt: "cookie-session", keyDerivation: "hmac" }).sign(plain),
    () =>
      new TimestampSigner(keys, { salt: "cookie-session", keyDerivation: "hmac" }).sign(
        Buffer.from(plain).toString("base64url"),
      ),
    () => new Signer(keys, { salt: "itsdangerous" }).sign(`.${Buffer.from(plain).toString("base64url")}`),
  ][which]!();
  remember(made);
  return made;
}

/** A text is fed right after it was made, so only the last ones have to be known. */
function remember(made: string): void {
  if (genuine.size > 50_000) genuine.clear();
  genuine.add(made);
}

let slowest = { nanoseconds: 0, length: 0 };
function bounded(length: number, run: () => void): void {
  // What is slow only once was the machine's doing: the quickest of some attempts is what the input
  // costs.
  let took = Infinity;
  for (let attempt = 0; attempt < 5; attempt++) {
    const begin = process.hrtime.bigint();
    run();
    took = Math.min(took, Number(process.hrtime.bigint() - begin));
    if (took < 1e6 + length * 2_000) break;
  }
  if (took > slowest.nanoseconds) slowest = { nanoseconds: took, length };
  if (took > 20e6 + length * 20_000) throw new Error(`${length} characters take ${took / 1e6} ms.`);
}

function tolerant(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof BadData) return false;
    throw error;
  }
}

async function feed(text: string): Promise<void> {
  for (const signer of signers) {
    bounded(text.length, () => {
      if (tolerant(() => signer.unsign(text)) && !genuine.has(text))
        throw new Error("A signer accepted what was never signed.");
    });
  }
  for (const serializer of serializers) {
    bounded(text.length, () => {
      if (tolerant(() => serializer.loads(text)) && !genuine.has(text))
        throw new Error("A serializer accepted what was never signed.");
    });
    bounded(text.length, () => void serializer.loadsUnsafe(text));
  }
  bounded(text.length, () => void tolerant(() => tagged.loads(text)));
  // The Cookie header's grammar: blanks around a value, and for Flask's sake one pair of quotes,
  // are not part of it.
  const asCookie = text
    .replace(/[;\r\n]/g, "")
    .replace(/^[ \t]+|[ \t]+$/g, "")
    .replace(/^"(.*)"$/, "$1");
  for (const manager of managers) {
    const session = await manager.load(`s=${text.replace(/[;\r\n]/g, "")}`);
    bounded(text.length, () => void session.data);
    if (!session.isNew && !genuine.has(asCookie)) throw new Error("A session manager accepted what was never signed.");
    await manager.commit(session);
  }
}

const end = performance.now() + seconds * 1000;
let texts = 0;
for (let round = 0; performance.now() < end; round++) {
  await fc.assert(
    fc.asyncProperty(token, async (text) => {
      texts++;
      await feed(text);
    }),
    {
      seed: seed + round,
      numRuns: 2000,
      interruptAfterTimeLimit: Math.max(1, end - performance.now()),
      markInterruptAsFailure: false,
    },
  );
}
console.log(
  `${texts.toLocaleString("en")} texts in ${seconds} s (seed ${seed}): no exception outside of the tree, nothing accepted that was not signed; slowest ${(slowest.nanoseconds / 1e6).toFixed(1)} ms for ${slowest.length} characters.`,
);
