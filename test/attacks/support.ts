import { createCipheriv, createHmac, hkdfSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { SessionManager, SessionManagerOptions } from "latchkey";
import { session, type SessionRequest } from "latchkey/node";
import { Signer } from "latchkey/signing";
import { KINDS, makeManager, Time, type Data } from "../sessions/support.ts";
import { MAY_EXPIRE, outcomeOf, Visitor, wordOf } from "./visitor.ts";

/** A key like those of `latchkey key generate`. */
export const KEY = "lk1_uV9yB2nQm4XsTzR7wKfLh0JdPc3GaEo6iNbYx8Ztv5D4yKn6";
export const OTHER_KEY = "lk1_Qe7Zr1HkWm9BtXcVf5LpNy3SaDu8Jo0GiTb6YxKz2Mx243BO";

/** All ways of keeping a session, and those that need no store. */
export const ALL_KINDS: readonly string[] = Object.keys(KINDS);
export const COOKIE_KINDS = ["sealed", "signed", "flask"] as const;
export const STORE_KINDS = ["memory", "sqlite"] as const;

export const nameOf = (kind: string): string => (kind === "flask" ? "session" : "__Host-Http-session");

/** A visitor who is logged in as "7", and has some data. */
export async function loggedIn(
  kind: string,
  time: Time = new Time(),
  options: Partial<SessionManagerOptions<Data>> = {},
): Promise<Visitor> {
  const visitor = new Visitor(makeManager(kind, time, { keys: KEY, ...options }), time);
  await visitor.visit(
    (session) => (session.login("7"), Object.assign(session.data, { name: "Ada Lovelace", cart: ["a-1", "b-2"] })),
  );
  return visitor;
}

/** Values of one format and the reasons for which they were refused, each once. */
export async function reasonsOf(
  manager: SessionManager<Data>,
  name: string,
  values: Iterable<string>,
): Promise<Set<string>> {
  const reasons = new Set<string>();
  for (const value of values) reasons.add(await outcomeOf(manager, `${name}=${value}`));
  return reasons;
}

/** What signs each kind's cookie, so that a test can sign what this package never would. */
export function signerOf(kind: string, key: string = KEY, name: string = nameOf(kind)): Signer {
  if (kind === "flask") return new Signer(key, { salt: "cookie-session", keyDerivation: "hmac" });
  const purpose = kind === "signed" ? "session" : "session-token";
  return new Signer(key, { salt: `latchkey.${purpose}.${name}`, keyDerivation: "hkdf", digest: "sha256" });
}

export const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString("base64url");

/** The bytes of an integer, as timestamps have them. */
export function timestampOf(seconds: number): string {
  const hex = seconds.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
}

/** HKDF-Expand of RFC 5869 with SHA-256, written out. */
export function hkdfExpand(pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Buffer {
  const blocks: Buffer[] = [];
  let block: Buffer = Buffer.alloc(0);
  for (let counter = 1; blocks.length * 32 < length; counter++) {
    block = createHmac("sha256", pseudorandomKey).update(block).update(info).update(Uint8Array.of(counter)).digest();
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

export interface SealedParts {
  readonly key?: string;
  readonly app?: string;
  readonly name?: string;
  readonly nonce?: Uint8Array;
  readonly footer?: string;
  readonly plain: Uint8Array;
}

/** The 32 bytes of the v3.local key that sealed cookies of this name have. */
export function localKey(key: string, app: string, name: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "latchkey v3.local", assertionOf(app, name), 32));
}

export const assertionOf = (app: string, name: string): string =>
  `{"app":"${app}","cookie":"${name}","purpose":"session"}`;

/**
 * A sealed cookie after docs/sealed-cookies.md, by other code than that of the package: a holder of
 * the key can put anything into it.
 */
export function seal({
  key = KEY,
  app = "",
  name = "__Host-Http-session",
  nonce = Buffer.alloc(32, 7),
  footer = "",
  plain,
}: SealedParts): string {
  const local = localKey(key, app, name);
  const derive = (label: string): Buffer =>
    Buffer.from(hkdfSync("sha384", local, Buffer.alloc(0), Buffer.concat([Buffer.from(label), nonce]), 48));
  const [encryption, authentication] = [derive("paseto-encryption-key"), derive("paseto-auth-key-for-aead")];
  const cipher = createCipheriv("aes-256-ctr", encryption.subarray(0, 32), encryption.subarray(32));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  const mac = createHmac("sha384", authentication);
  const number = (length: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(length)).buffer);
  mac.update(number(5));
  for (const piece of ["v3.local.", nonce, body, footer, assertionOf(app, name)])
    mac.update(number(Buffer.byteLength(piece))).update(piece);
  const text = `v3.local.${base64url(Buffer.concat([nonce, body, mac.digest()]))}`;
  return footer === "" ? text : `${text}.${base64url(footer)}`;
}

/** The bytes of a sealed cookie. */
export const sealedBytes = (value: string): Buffer => Buffer.from(value.slice("v3.local.".length), "base64url");

/** The last second of the year 9999. */
export const LAST_SECOND = 253_402_300_799;

/** The payload of a sealed cookie with this JSON as its data. */
export function sealedPlain(
  json: string | Uint8Array,
  {
    lastSeenAt = new Time().now,
    createdAt = lastSeenAt,
    id = "AAAAAAAAAAAAAAAA",
    expiresAt = Math.min(lastSeenAt + 14 * 86_400, createdAt + 30 * 86_400, LAST_SECOND),
    more = "",
  }: { lastSeenAt?: number; createdAt?: number; id?: string; expiresAt?: number; more?: string } = {},
): Buffer {
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "+00:00");
  const claims = `"exp":"${time(expiresAt)}","iat":"${time(lastSeenAt)}","jti":"${id}","started":${createdAt}`;
  return Buffer.concat([Buffer.from('{"data":'), Buffer.from(json as string), Buffer.from(`,${claims}${more}}`)]);
}

/** A cookie value with this text as its JSON, rightly signed or sealed. */
export function cookieWith(kind: (typeof COOKIE_KINDS)[number], json: string | Uint8Array): string {
  if (kind === "sealed") return seal({ plain: sealedPlain(json) });
  return signerOf(kind).sign(`${base64url(json)}.${timestampOf(new Time().now)}`);
}

/** The session data as JSON, in the envelope that the format puts around it. */
export function enveloped(kind: (typeof COOKIE_KINDS)[number], data: string): string {
  return kind === "signed" ? `{"data":${data},"id":"AAAAAAAAAAAAAAAA","started":${new Time().now}}` : data;
}

/**
 * How a request comes to the server; the defaults are those of a server behind a proxy that keeps
 * the host.
 */
interface Wire {
  readonly host?: string;
  readonly version?: "1.0" | "1.1";
  /** `/login/7` logs "7" in. */
  readonly path?: string;
}

export type Ask = (headerLines: readonly string[], wire?: Wire) => Promise<Answer>;

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/**
 * Asks a real node:http server, by bytes on a socket; each ask has its own connection. Fails if a
 * rejected cookie brings a Set-Cookie.
 */
export async function withServer(manager: SessionManager<Data>, test: (ask: Ask) => Promise<void>): Promise<void> {
  const openSession = session(manager);
  let isRejected = false;
  const server = createServer((request, response) => {
    openSession(request, response, () => {
      const { session: mine } = request as SessionRequest<Data>;
      isRejected = mine.rejection !== undefined && !MAY_EXPIRE.includes(mine.rejection.reason);
      const [, user] = /^\/login\/(.+)/.exec(request.url!) ?? [];
      if (user !== undefined) mine.login(user);
      response.end(wordOf(mine));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask: Ask = async (headerLines, { host = "shop.example", version = "1.1", path = "/" } = {}) => {
    const socket = connect({ host: "127.0.0.1", port });
    isRejected = false;
    // Not a loopback name, so that the cookie counts as Secure here.
    const lines = [`GET ${path} HTTP/${version}`, `Host: ${host}`, ...headerLines, "Connection: close", "", ""];
    socket.write(lines.join("\r\n"), "latin1");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    const end = text.indexOf("\r\n\r\n");
    const [statusLine = "", ...fields] = text.slice(0, end).split("\r\n");
    const headers = fields.map(
      (field) => [field.split(":")[0]!.toLowerCase(), field.slice(field.indexOf(":") + 1).trim()] as const,
    );
    const answer = { status: Number(statusLine.split(" ")[1]), headers, body: text.slice(end + 4) };
    if (isRejected && setCookiesOf(answer).length > 0)
      throw new Error(`A cookie that is ${answer.body} has led to a Set-Cookie.`);
    return answer;
  };
  try {
    await test(ask);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export const setCookiesOf = ({ headers }: Answer): string[] =>
  headers.filter(([name]) => name === "set-cookie").map(([, value]) => value);

export { KINDS, makeManager, Time, type Data };
export { cookiesOf, outcomeOf, verdictOf, Visitor } from "./visitor.ts";
