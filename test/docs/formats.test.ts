import { createHash, createHmac, hkdfSync } from "node:crypto";
import { crc32 } from "node:zlib";
import { KeyRing, sealed, SecretKey, SessionManager, signed, type SessionFormat } from "latchkey";
import { generateSecretKey, gradeSecretKey } from "latchkey/keys";
import { TimestampSigner } from "latchkey/signing";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { drawingsOf, type Piece } from "../support/docs/drawings.ts";
import { readPage } from "../support/docs/pages.ts";

const PAGE = "docs/formats.md";
const page = readPage(PAGE);
const drawings = drawingsOf(PAGE);
/** The key of the page's values, and their time. */
const [, KEY = ""] = /^SECRET_KEY=(\S+)$/m.exec(page) ?? [];
const NOW = 1_796_000_000;
const clock = (): number => NOW;
const keys = new KeyRing(KEY, [], { clock, mode: "development" });
const bytes = SecretKey.from(KEY).bytes();

/** The rows of a drawing, which must follow each other without a gap. */
function rowsOf(name: string): readonly Piece[] {
  const rows = drawings.get(name);
  if (rows === undefined) throw new Error(`${PAGE} has no drawing "${name}".`);
  return rows;
}

/** The text that the rows of a part make together. */
function partOf(rows: readonly Piece[], part: string): string {
  return rows
    .filter((row) => row.part === part)
    .map(({ text }) => text)
    .join("");
}

/** Fails unless the rows cover a text from its first character to its last. */
function expectToCover(rows: readonly Piece[], whole: string, charactersOf: (row: Piece) => number): void {
  let at = 0;
  for (const row of rows) {
    expect({ part: row.part, at: row.at, length: row.length }).toEqual({
      part: row.part,
      at,
      length: charactersOf(row),
    });
    at += row.length;
  }
  expect(rows.map(({ text }) => text).join("")).toBe(whole);
}

const asText = ({ text }: Piece): number => text.length;
const asHex = ({ text }: Piece): number => text.length / 2;

const RECORD = {
  data: { n: 1 },
  id: "AAECAwQFBgcICQoL",
  subject: undefined,
  persistent: false,
  createdAt: NOW,
  lastSeenAt: NOW,
};
/** A format's codec for the cookie "session". */
const codecOf = (format: SessionFormat): ReturnType<SessionFormat["bind"]> =>
  format.bind({ keys, cookieName: "session", clock, expiryOf: () => NOW + 14 * 86_400 });

/** A key for one purpose, as the page describes it. */
const signingKey = (info: string): Buffer => Buffer.from(hkdfSync("sha256", bytes, "latchkey v1", info, 32));
const signatureOf = (text: string, info: string): string =>
  createHmac("sha256", signingKey(info)).update(text).digest("base64url");

describe("the drawings of docs/formats.md", () => {
  test("a signed cookie is what signed() writes, and its parts are what the page says", () => {
    const rows = rowsOf("A signed cookie");
    const cookie = codecOf(signed()).encode(RECORD, '{"n":1}');
    expectToCover(rows, cookie, asText);
    const payload = Buffer.from(partOf(rows, "payload"), "base64url").toString();
    expect(page).toContain(payload);
    expect(Buffer.from(partOf(rows, "time"), "base64url").readUInt32BE()).toBe(NOW);
    expect(signatureOf(cookie.slice(0, cookie.lastIndexOf(".")), "latchkey.session.session")).toBe(
      partOf(rows, "signature"),
    );
  });

  test("a sealed cookie opens with the page's key, and a new one has the same layout", () => {
    const [header, ...rows] = rowsOf("A sealed cookie");
    expect(header).toEqual({ at: 0, length: 9, part: "header", text: "v3.local." });
    const body = Buffer.from(rows.map(({ text }) => text).join(""), "hex");
    expectToCover(rows, body.toString("hex"), asHex);
    expect([partOf(rows, "nonce n"), partOf(rows, "tag t")].map(({ length }) => length / 2)).toEqual([32, 48]);
    const cookie = `v3.local.${body.toString("base64url")}`;
    expect(codecOf(sealed()).decode(cookie)).toMatchObject({ record: { ...RECORD, subject: undefined } });
    const another = codecOf(sealed()).encode(RECORD, '{"n":1}');
    expect(another.length).toBe(cookie.length);
    const claims = /"data":\{"n":1\},"exp":.*\}/.exec(page)?.[0] ?? "";
    expect(Buffer.byteLength(`{${claims}`)).toBe(partOf(rows, "ciphertext c").length / 2);
  });

  test("a session token is signed as the page says, and names the id in the store", async () => {
    const rows = rowsOf("The cookie of a session in a store");
    const whole = rows.map(({ text }) => text).join("");
    expectToCover(rows, whole, asText);
    const token = partOf(rows, "token");
    const salt = "latchkey.session-token.session";
    const signer = new TimestampSigner(keys, { salt, keyDerivation: "hkdf", digest: "sha256", clock });
    expect(whole).toBe(signer.sign(token));
    expect(signatureOf(whole.slice(0, whole.lastIndexOf(".")), salt)).toBe(partOf(rows, "signature"));
    expect(rowsOf("The id in the store")).toEqual([
      { at: 0, length: 43, part: "id", text: createHash("sha256").update(token).digest("base64url") },
    ]);

    const { cookie, id, payload } = await storedSession();
    const lengths = (text: string): readonly number[] => text.split(".").map((part) => part.length);
    expect(lengths(cookie)).toEqual(lengths(whole));
    expect(signer.verify(cookie)?.timestamp).toBe(NOW);
    expect(id).toBe(createHash("sha256").update(cookie.split(".")[0]!).digest("base64url"));
    expectToCover(rowsOf("A record in the store"), payload, asText);
  });

  test("a redirect is what a store has after a login", async () => {
    const rows = rowsOf("A redirect");
    const whole = rows.map(({ text }) => text.replaceAll("␠", " ")).join("");
    expect(rows.reduce((sum, { length }) => sum + length, 0)).toBe(whole.length);
    const { store, manager, cookie, id } = await storedSession();
    const session = await manager.load(`session=${cookie}`);
    session.login("7");
    await manager.commit(session);
    const redirect = (await store.get(id)) ?? "";
    const shape = (text: string): string => text.replaceAll(/[A-Za-z0-9_-]{22,}/g, ({ length }) => `<${length}>`);
    expect(shape(redirect)).toBe(shape(whole));
  });

  test("a secret key is what generateSecretKey makes", () => {
    const [header, ...rows] = rowsOf("A secret key");
    expect(header).toEqual({ at: 0, length: 4, part: "prefix", text: KEY.slice(0, 4) });
    expectToCover(rows, Buffer.from(KEY.slice(4), "base64url").toString("hex"), asHex);
    const random = Buffer.from(partOf(rows, "random"), "hex");
    expect(random.length).toBe(32);
    expect(partOf(rows, "checksum")).toBe(crc32(random).toString(16));
    const made = generateSecretKey();
    expect([made.length, made.slice(0, 4)]).toEqual([KEY.length, KEY.slice(0, 4)]);
    const bytes = Buffer.from(made.slice(4), "base64url");
    expect(bytes.readUInt32BE(32)).toBe(crc32(bytes.subarray(0, 32)));
    expect(page).toContain(`\`${SecretKey.from(KEY).fingerprint}\``);
    // A key that everybody can read must never sign a reader's sessions.
    expect(gradeSecretKey(KEY).verdict).toBe("refused");
  });
});

/** A session that a manager saved in a store, and what is in the store then. */
async function storedSession() {
  const store = new MemoryStore({ clock });
  const manager = new SessionManager({ keys, store, clock, cookie: { name: "session" } });
  const session = await manager.load("");
  session.data["n"] = 1;
  const headers = await manager.commit(session);
  const [, cookie = ""] = /session=([^;]+)/.exec(String(headers)) ?? [];
  const id = createHash("sha256").update(cookie.split(".")[0]!).digest("base64url");
  return { store, manager, cookie, id, payload: (await store.get(id)) ?? "" };
}
