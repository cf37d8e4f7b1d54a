import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Express } from "express";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";
import type { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { programsOf } from "../support/docs/pages.ts";
import { runProgram } from "../support/docs/run-program.ts";

/*
 * The program of docs/oidc-logout.md, with a provider that publishes its keys over HTTP and signs
 * real tokens.
 */
const EVENTS = { "http://schemas.openid.net/event/backchannel-logout": {} };
const [ISSUER, AUDIENCE] = ["https://login.example.com", "shop"];

const servers: Server[] = [];
let keyPair: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
let manager: SessionManager;
let url: string;

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  keyPair = await generateKeyPair("ES256");
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keyPair.publicKey)), kid: "1", alg: "ES256" }] });
  const provider = await listen(
    createServer((_, response) => response.setHeader("Content-Type", "application/json").end(jwks)),
  );
  vi.stubEnv("SECRET_KEY", generateSecretKey());
  vi.stubEnv("NODE_ENV", "test");
  vi.stubEnv("DATABASE", ":memory:");
  vi.stubEnv("OIDC_ISSUER", ISSUER);
  vi.stubEnv("OIDC_CLIENT_ID", AUDIENCE);
  vi.stubEnv("OIDC_JWKS_URI", `${provider}/jwks`);
  const program = programsOf("docs/oidc-logout.md").find(({ text }) => text.includes("jwtVerify"))!;
  const exported = (await runProgram(program)) as { readonly app: Express; readonly manager: SessionManager };
  manager = exported.manager;
  url = `${await listen(createServer(exported.app))}/backchannel-logout`;
}, 300_000);

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A user who has logged in through the provider, as the page has it. */
async function login(subject: string, sid: string): Promise<() => Promise<string | undefined>> {
  const session = await manager.load(undefined);
  session.login(subject, { tag: sid });
  const [, line] = (await manager.commit(session)).find(([name]) => name === "Set-Cookie")!;
  return async () => (await manager.load(line.split(";")[0])).subject;
}

interface Changes {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly issuer?: string;
  readonly audience?: string;
  readonly issuedAt?: number;
  readonly key?: CryptoKey;
}

/** A good logout token, but for the changes. A claim that is undefined is left out. */
async function tokenFor(claims: JWTPayload, changes: Changes = {}): Promise<string> {
  const { issuer = ISSUER, audience = AUDIENCE, issuedAt = Math.floor(Date.now() / 1000), key } = changes;
  const payload = { jti: randomUUID(), events: EVENTS, exp: issuedAt + 120, ...claims, ...changes.claims };
  return await new SignJWT(JSON.parse(JSON.stringify(payload)) as JWTPayload)
    .setProtectedHeader({ alg: "ES256", kid: "1", typ: "logout+jwt" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .sign(key ?? keyPair.privateKey);
}

async function send(token: string): Promise<number> {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams({ logout_token: token }) });
  expect(answer.headers.get("cache-control")).toBe("no-store");
  return answer.status;
}

describe("the recipe for OpenID Connect back-channel logout", { timeout: 300_000 }, () => {
  test("ends the session that a good token names, and no other", async () => {
    const [one, other] = [await login("ada", "sid-1"), await login("ada", "sid-2")];
    expect(await send(await tokenFor({ sub: "ada", sid: "sid-1" }))).toBe(200);
    expect([await one(), await other()]).toEqual([undefined, "ada"]);
    // For a session that has ended before, too.
    expect(await send(await tokenFor({ sid: "sid-1" }))).toBe(200);
  });

  test("ends all sessions of the user of a token without sid", async () => {
    const sessions = [await login("grace", "sid-3"), await login("grace", "sid-4"), await login("ada", "sid-5")];
    expect(await send(await tokenFor({ sub: "grace" }))).toBe(200);
    expect(await Promise.all(sessions.map(async (subject) => await subject()))).toEqual([undefined, undefined, "ada"]);
  });

  test("refuses a token that was sent before", async () => {
    const token = await tokenFor({ sid: "sid-6" });
    expect(await send(token)).toBe(200);
    const session = await login("ada", "sid-6");
    expect(await send(token)).toBe(400);
    expect(await session()).toBe("ada");
  });

  test.each<[string, () => Changes | Promise<Changes>]>([
    ["for another audience", () => ({ audience: "another" })],
    ["of another issuer", () => ({ issuer: "https://evil.example" })],
    ["without events", () => ({ claims: { events: undefined } })],
    ["with another event", () => ({ claims: { events: { "http://schemas.example/other": {} } } })],
    ["with an event that is no object", () => ({ claims: { events: { [Object.keys(EVENTS)[0]!]: "yes" } } })],
    ["with a nonce", () => ({ claims: { nonce: "n" } })],
    ["that names nobody", () => ({ claims: { sid: undefined } })],
    ["without jti", () => ({ claims: { jti: undefined } })],
    ["without an end", () => ({ claims: { exp: undefined } })],
    ["that has expired", () => ({ issuedAt: Math.floor(Date.now() / 1000) - 600 })],
    ["that is old, although its end is far", () => ({ issuedAt: 1_700_000_000, claims: { exp: 4_000_000_000 } })],
    ["by another key", async () => ({ key: (await generateKeyPair("ES256")).privateKey })],
  ])("refuses a token %s", async (_, changes) => {
    const sid = randomUUID();
    const session = await login("ada", sid);
    expect(await send(await tokenFor({ sid }, await changes()))).toBe(400);
    expect(await session()).toBe("ada");
    expect(await send(await tokenFor({ sid }))).toBe(200);
    expect(await session()).toBeUndefined();
  });

  test("refuses what is no token, and one without a signature", async () => {
    const sid = "sid-7";
    const session = await login("ada", sid);
    const [, payload] = (await tokenFor({ sid })).split(".");
    const header = Buffer.from(JSON.stringify({ alg: "none", typ: "logout+jwt" })).toString("base64url");
    for (const token of ["", "abc", "a.b.c", `${header}.${payload}.`]) expect(await send(token)).toBe(400);
    expect(await session()).toBe("ada");
  });
});
