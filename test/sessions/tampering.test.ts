import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { deflateSync } from "node:zlib";
import { generateSecretKey } from "latchkey/keys";
import { session, type SessionRequest } from "latchkey/node";
import { flaskSessionSerializer, TimestampSigner, Tuple } from "latchkey/signing";
import { describe, expect, test } from "vitest";
import { KINDS, makeManager, Time, Visitor } from "./support.ts";

/** Letters of cookies, letters beside them, and what a strict reader must not take for either. */
const CHARACTERS = [
  ..."ABCXYZabcxyz0189-_.+/=%\"' \t~!*,:;@\\",
  "\u0000",
  "\n",
  "\u007f",
  "\u0080",
  "\u00ff",
  "\u0141",
  "\u0241",
  "\u4e41",
  "\u2028",
  "\ud800",
  "😀",
];
const WANTED = 20_000;

/**
 * Values that differ from a good one by one change: a character replaced, put in, taken out,
 * doubled or swapped, or an end cut off.
 */
function* mutantsOf(value: string): Generator<string> {
  for (let index = 0; index <= value.length; index++) {
    const [start, rest] = [value.slice(0, index), value.slice(index)];
    if (index < value.length) {
      yield start + rest.slice(1);
      yield start + rest.charAt(0) + rest;
      yield start;
      if (index > 0) yield rest;
      if (rest.length > 1 && rest.charAt(0) !== rest.charAt(1))
        yield start + rest.charAt(1) + rest.charAt(0) + rest.slice(2);
    }
    for (const character of CHARACTERS) {
      yield start + character + rest;
      if (index < value.length && rest.charAt(0) !== character) yield start + character + rest.slice(1);
    }
  }
}

/**
 * What is left of a mutant when it has travelled in a header, where ";" ends it and blanks around
 * it are trimmed.
 */
function asReceived(mutant: string): string {
  return mutant.split(";")[0]!.replace(/^[ \t]+|[ \t]+$/g, "");
}

async function visitorWithSession(kind: string): Promise<Visitor> {
  const visitor = new Visitor(makeManager(kind, new Time(), { cookie: { secure: true } }));
  await visitor.visit(
    (session) => (
      session.login("7"),
      Object.assign(session.data, {
        name: "Ada Lovelace",
        cart: ["a-1", "b-2", "c-3", "d-4", "e-5"],
        note: "x".repeat(40),
      })
    ),
  );
  return visitor;
}

describe.each(["sealed", "signed", "flask", "memory"])("one change to a cookie (%s)", (kind) => {
  test("in any place makes it nobody's, and is never an exception", async () => {
    const accepted: string[] = [];
    const reasons = new Set<string | undefined>();
    let tried = 0;
    // Several cookies, because a short one has fewer neighbours.
    while (tried < WANTED) {
      const visitor = await visitorWithSession(kind);
      const [name] = visitor.jar.header!.split("=");
      for (const mutant of mutantsOf(visitor.value)) {
        if (asReceived(mutant) === visitor.value) continue;
        const loaded = await visitor.manager.load(`${name}=${mutant}`);
        tried++;
        reasons.add(loaded.rejection?.reason);
        if (!loaded.isNew || loaded.subject !== undefined || Object.keys(loaded.data).length > 0) accepted.push(mutant);
      }
    }
    expect(accepted).toEqual([]);
    expect(reasons).toEqual(new Set(["bad_signature", "malformed"]));
  }, 300_000);

  test("sent to a real server is never answered with 500", async () => {
    const visitor = await visitorWithSession(kind);
    const manager = visitor.manager;
    const name = kind === "flask" ? "session" : "__Host-Http-session";
    const openSession = session(manager);
    const server = createServer((request, response) => {
      openSession(request, response, () => {
        const { subject, rejection } = (request as SessionRequest).session;
        response.end(`${subject ?? "nobody"} ${rejection?.reason ?? "accepted"}`);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      // Not a loopback name, so that the cookie counts as Secure here.
      const ask = async (values: readonly string[]): Promise<string[]> => {
        const socket = connect({ host: "127.0.0.1", port });
        values.forEach((value, index) => {
          const connection = index === values.length - 1 ? "close" : "keep-alive";
          socket.write(
            `GET / HTTP/1.1\r\nHost: shop.example\r\nCookie: ${name}=${value}\r\nConnection: ${connection}\r\n\r\n`,
            "latin1",
          );
        });
        let text = "";
        for await (const chunk of socket) text += String(chunk);
        return text.split("HTTP/1.1 ").slice(1);
      };
      expect((await ask([visitor.value]))[0]).toMatch(/^200[\s\S]*7 accepted/);
      // What Node's own parser refuses never arrives: controls, and what latin-1 cannot write.
      const mutants = [...mutantsOf(visitor.value)].filter(
        (mutant) => asReceived(mutant) !== visitor.value && /^[\t\x20-\x7e\x80-\xff]*$/.test(mutant),
      );
      const chosen = mutants.filter((_, index) => index % Math.ceil(mutants.length / 3000) === 0);
      const answers: string[] = [];
      for (let start = 0; start < chosen.length; start += 100)
        answers.push(...(await ask(chosen.slice(start, start + 100))));
      expect(answers.length).toBe(chosen.length);
      expect(chosen.length).toBeGreaterThan(1500);
      expect(answers.filter((answer) => !/^200[\s\S]*nobody (malformed|bad_signature)/.test(answer))).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }, 300_000);
});

describe("cookies that were signed with the key and are no session (flask)", () => {
  const key = generateSecretKey();
  const time = new Time();
  const serializer = flaskSessionSerializer(key, { clock: time.clock });
  const manager = makeManager("flask", time, { keys: key });

  test.each([
    ["a list", [1, 2]],
    ["a text", "text"],
    ["a number", 1],
    ["nothing", null],
    ["a tuple", new Tuple(1)],
  ])("%s is a fresh session, where Flask answers 500", async (_, value) => {
    const loaded = await manager.load(`session=${serializer.dumps(value)}`);
    expect([loaded.data, loaded.rejection?.reason]).toEqual([{}, "bad_payload"]);
    expect((await manager.commit(loaded)).map(([name]) => name)).toEqual(["Vary"]);
  });

  test("a payload that inflates beyond 64 kB is refused", async () => {
    const bomb = deflateSync(Buffer.from(JSON.stringify({ a: "x".repeat(3_000_000) })));
    expect(bomb.length).toBeLessThan(6000);
    const signer = new TimestampSigner(key, { salt: "cookie-session", keyDerivation: "hmac", clock: time.clock });
    const loaded = await manager.load(`session=${signer.sign(`.${bomb.toString("base64url")}`)}`);
    expect([loaded.data, loaded.rejection?.reason]).toEqual([{}, "bad_payload"]);
  });

  test("one pair of quotes is taken off, as Python's cookie parser does, and nothing is unescaped", async () => {
    const value = serializer.dumps({ a: 1 });
    expect((await manager.load(`session="${value}"`)).data).toEqual({ a: 1 });
    for (const wrong of [`""${value}""`, `"${value}`, `${value}"`, `"\\${value}"`])
      expect((await manager.load(`session=${wrong}`)).rejection?.reason).toBe("malformed");
    const others = Object.keys(KINDS).filter((kind) => kind !== "flask");
    for (const kind of others) {
      const visitor = await visitorWithSession(kind);
      expect((await visitor.manager.load(`__Host-Http-session="${visitor.value}"`)).rejection?.reason).toBe(
        "malformed",
      );
    }
  });
});
