import { get as httpGet } from "node:http";
import { SessionManager, type RequestFacts, type Session } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, onTestFinished, test } from "vitest";
import { browser, FRAMEWORKS, type Framework, type Handler, type Place } from "../support/frameworks.ts";

interface Data {
  cart: string;
}
type Options = Omit<ConstructorParameters<typeof SessionManager<Data>>[0], "keys">;
const make = (options: Options = {}): SessionManager<Data> =>
  new SessionManager<Data>({ keys: generateSecretKey(), ...options });

type Start = (managers: readonly SessionManager<Data>[], handler: Handler) => Promise<string>;
const starterOf =
  (serve: Framework): Start =>
  async (managers, handler) => {
    const { url, close } = await serve(managers, handler);
    onTestFinished(close);
    return url;
  };

/** The requests inside of what a framework gives a handler. */
function inside(carrier: object): readonly object[] {
  const { req, request, raw } = carrier as { req?: object & { raw?: object }; request?: object; raw?: object };
  return [req, request, raw, req?.raw].filter((each) => typeof each === "object");
}

describe.each(Object.entries(FRAMEWORKS))("%s: the place of the session", (name, { serve, sessionOf }) => {
  const start = starterOf(serve);

  for (const [kind, store] of [
    ["in the cookie", (): undefined => undefined],
    ["in a store", () => new MemoryStore()],
  ] as const) {
    test.each([null, undefined, false])(`A2: assigning %s ends a session ${kind}`, async (nothing) => {
      const manager = make({ store: store() });
      const url = await start([manager], (place) => {
        const session = sessionOf(manager, place.carrier);
        if (place.path === "/login") session.login("7");
        if (place.path === "/logout") {
          place.set(nothing);
          // Twice does no harm.
          place.set(nothing);
          return String(place.get());
        }
        return String(sessionOf(manager, place.carrier).subject);
      });
      const visit = browser(url);
      await visit("/login");
      expect(await visit("/me")).toBe("7");
      const copied = browser(url);
      await copied("/login");
      expect(await visit("/logout")).toBe(String(name === "Fastify" ? (nothing ?? null) : nothing));
      expect(await visit("/me")).toBe("undefined");
      expect(await copied("/me")).toBe("7");
    });
  }

  test.each([{ lang: "de" }, "text", 1, true])(
    "A2: assigning %j is an error that says what to write",
    async (value) => {
      const manager = make();
      const url = await start([manager], (place) => {
        if (place.path === "/login") sessionOf(manager, place.carrier).login("7");
        if (place.path === "/assign") {
          // What is there already may be assigned.
          place.set(place.get());
          place.set(value);
        }
        return String(sessionOf(manager, place.carrier).subject);
      });
      const visit = browser(url);
      await visit("/login");
      const answer = await visit("/assign");
      expect(answer).toMatch(/^invalid_option: .*Fix: to set entries, write Object\.assign\(/);
      expect(await visit("/me")).toBe("7");
    },
  );

  for (const [kind, store] of [
    ["in cookies", (): undefined => undefined],
    ["in stores", () => new MemoryStore()],
  ] as const) {
    test(`A3: another manager inside the first has a session of its own, ${kind}`, async () => {
      const shop = make({ store: store() });
      const staff = make({ store: store(), cookie: { name: "staff" } });
      const url = await start([shop, staff], (place) => {
        const [outer, inner] = [sessionOf(shop, place.carrier), sessionOf(staff, place.carrier)];
        if (place.path === "/in") {
          outer.data.cart = "tea";
          inner.login("boss");
        }
        if (place.path === "/out") inner.logout();
        // In Express the place has another shape.
        const shown = name.startsWith("Express") || place.get() === inner;
        return JSON.stringify([
          outer.subject ?? null,
          outer.data.cart ?? null,
          inner.subject ?? null,
          inner.data.cart ?? null,
          shown,
        ]);
      });
      const visit = browser(url);
      await visit("/in");
      expect(JSON.parse(await visit("/me"))).toEqual([null, "tea", "boss", null, true]);
      await visit("/out");
      expect(JSON.parse(await visit("/me"))).toEqual([null, "tea", null, null, true]);
    });
  }

  test("A3: null ends the innermost session, and leaves the others", async () => {
    const shop = make();
    const staff = make({ cookie: { name: "staff" } });
    const url = await start([shop, staff], (place) => {
      if (place.path === "/in") {
        sessionOf(shop, place.carrier).login("ada");
        sessionOf(staff, place.carrier).login("boss");
      }
      if (place.path === "/out") place.set(null);
      return `${sessionOf(shop, place.carrier).subject} ${sessionOf(staff, place.carrier).subject}`;
    });
    const visit = browser(url);
    await visit("/in");
    await visit("/out");
    expect(await visit("/me")).toBe("ada undefined");
  });

  test("A7: sessionOf takes what the framework gives a handler, and the request that it holds", async () => {
    const [shop, staff] = [make(), make({ cookie: { name: "staff" } })];
    const url = await start([shop, staff], ({ carrier }) => {
      const known = [shop, staff].map((manager) =>
        inside(carrier).every((each) => sessionOf(manager, each) === sessionOf(manager, carrier)),
      );
      return `${inside(carrier).length} ${known.join(" ")}`;
    });
    const requests = { "node:http": 0, Express: 0, "Express 4": 0, Fastify: 1, Koa: 2, Hono: 2 }[name];
    expect(await browser(url)("/")).toBe(`${requests} true true`);
  });

  test("A3: the same manager twice keeps one session", async () => {
    const manager = make({ store: new MemoryStore() });
    const url = await start([manager, manager], (place) => {
      sessionOf(manager, place.carrier).update((data) => void (data.cart = `${data.cart ?? ""}x`));
      return sessionOf(manager, place.carrier).data.cart!;
    });
    const answer = await fetch(url);
    expect([await answer.text(), answer.headers.getSetCookie().length]).toEqual(["x", 1]);
  });

  test("A3: two managers with one cookie name are an error that says so", async () => {
    const url = await start([make(), make()], () => "not reached");
    expect(await browser(url)("/")).toMatch(
      /^invalid_option: Two SessionManagers serve this request, and both have the cookie .*session\. Fix: /,
    );
  });

  test("A3: sessionOf names the two reasons why there is no session", async () => {
    const [mounted, other] = [make(), make()];
    const url = await start([mounted], (place) => {
      sessionOf(other, place.path === "/none" ? {} : place.carrier);
      return "not reached";
    });
    expect(await browser(url)("/other")).toMatch(/^invalid_option: .*another SessionManager.*Fix: /);
    expect(await browser(url)("/none")).toMatch(/^session_unavailable: .*Fix: /);
  });

  test.each(["change", "logout"])("A9: a %s counts although its client has left before the answer", async (act) => {
    const manager = make({ store: new MemoryStore() });
    const gate = { reached: (): void => undefined, open: (): void => undefined };
    const reached = new Promise<void>((resolve) => (gate.reached = resolve));
    const opened = new Promise<void>((resolve) => (gate.open = resolve));
    const url = await start([manager], async (place) => {
      const session = sessionOf(manager, place.carrier);
      if (place.path === "/begin") session.login("7");
      if (place.path === "/act") {
        if (act === "logout") session.logout();
        else session.data.cart = "tea";
        gate.reached();
        await opened;
      }
      return `${session.subject} ${session.data.cart}`;
    });
    const begun = await fetch(`${url}/begin`);
    const cookie = begun.headers.getSetCookie()[0]!.split(";")[0]!;
    const client = httpGet(`${url}/act`, { headers: { cookie } }).on("error", () => undefined);
    await reached;
    client.destroy();
    // The server learns of it before the handler goes on.
    await new Promise((resolve) => client.once("close", resolve));
    gate.open();
    const ask = async (): Promise<string> => await (await fetch(`${url}/me`, { headers: { cookie } })).text();
    await expect.poll(ask).toBe(act === "logout" ? "undefined undefined" : "7 tea");
  });

  test("C5, A12: the manager is told who asked for what, as the browser sees it", async () => {
    const seen: RequestFacts[] = [];
    /** Notes what it is told, and goes on as ever. */
    class Noting extends SessionManager<Data> {
      override async load(source: Parameters<SessionManager["load"]>[0], facts?: RequestFacts): Promise<Session<Data>> {
        seen.push(facts!);
        return await super.load(source, facts);
      }
    }
    const url = await start([new Noting({ keys: generateSecretKey() })], ({ path }) => path);
    await browser(url)("/shop/a%20b?page=2", { "X-Forwarded-For": "203.0.113.7" });
    const { secure, host, path, peer, httpVersion, headers } = seen[0]!;
    expect({ secure, host, path, peer, httpVersion }).toEqual({
      secure: false,
      host: new URL(url).host,
      path: "/shop/a%20b",
      peer: "127.0.0.1",
      httpVersion: "1.1",
    });
    const forwarded = headers instanceof Headers ? headers.get("x-forwarded-for") : headers!["x-forwarded-for"];
    expect(forwarded).toBe("203.0.113.7");
  });
});

// Hono does not tell when a variable is set.
describe.each(Object.entries(FRAMEWORKS).filter(([name]) => name !== "Hono"))(
  "%s: an assignment to the place",
  (_, { serve, sessionOf }) => {
    const start = starterOf(serve);

    test("A2: after the answer has begun, assigning null throws session_closed", async () => {
      const manager = make();
      const kept: { place?: Place } = {};
      const url = await start([manager], (place) => {
        sessionOf(manager, place.carrier).login("7");
        kept.place = place;
        return "in";
      });
      await browser(url)("/");
      expect(() => kept.place!.set(null)).toThrow(expect.objectContaining({ code: "session_closed" }));
    });
  },
);

// In Fastify the property is the prototype's, so that there is nothing to delete.
describe.each(Object.entries(FRAMEWORKS).filter(([name]) => !["Hono", "Fastify"].includes(name)))(
  "%s: the property",
  (_, { serve, sessionOf }) => {
    const start = starterOf(serve);

    test("A2: deleting the property ends the session too", async () => {
      const manager = make({ store: new MemoryStore() });
      const url = await start([manager], (place) => {
        if (place.path === "/login") sessionOf(manager, place.carrier).login("7");
        if (place.path === "/logout") delete (place.carrier as { session?: unknown }).session;
        return String(sessionOf(manager, place.carrier).subject);
      });
      const visit = browser(url);
      await visit("/login");
      await visit("/logout");
      expect(await visit("/me")).toBe("undefined");
    });
  },
);
