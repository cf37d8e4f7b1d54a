import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { expect, test } from "vitest";
import { ATTACKER, GO, HOST, OWN, TRUSTED, type Row } from "./cross-origin-rows.ts";
import type { ContractOptions, Data, PlacedSession, Route, Serve, Served, ServeOptions } from "./adapter-contract.ts";

/** The changes of a session, each with its own member. */
const CHANGES: Readonly<Record<string, (session: PlacedSession) => unknown>> = {
  "set an entry": (session) => (session.data.visits = 1),
  login: (session) => session.login("8"),
  logout: (session) => session.logout(),
  renew: (session) => session.renew(),
  destroy: (session) => session.destroy(),
  update: (session) => session.update((data) => void (data.visits = 1)),
  flash: (session) => session.flash("hello"),
  persistent: (session) => (session.persistent = true),
};

/** Told in headers, since the answer to HEAD has no body. */
const who: Route = ({ subject, rejection, isNew }) => ({
  headers: { "X-Subject": subject ?? "nobody", "X-Reason": rejection?.reason ?? "none", "X-New": String(isNew) },
  body: rejection?.explanation ?? "",
});

const routes: Readonly<Record<string, Route>> = {
  "/who": who,
  "/untouched": () => ({ body: "the request goes on" }),
  "/enter": (session) => {
    session.login("7");
    return { body: "in" };
  },
  "/flashes": (session) => ({ body: JSON.stringify(session.flashes()) }),
  "/change": (session) => {
    const seen = Object.entries(CHANGES).map(([name, change]) => {
      try {
        change(session);
        return [name, "done"];
      } catch (error) {
        return [name, (error as { code: string }).code];
      }
    });
    return { body: JSON.stringify(Object.fromEntries(seen)) };
  },
};

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly host?: string;
}
interface Came {
  readonly status: number;
  readonly body: string;
  readonly setCookie: readonly string[];
  readonly header: (name: string) => string | undefined;
}
type Ask = (sent: Sent) => Promise<Came>;

/** What every adapter does with requests of other origins. */
export function crossOriginContract(
  serve: Serve,
  { listens = true, trustsProxies = false }: ContractOptions,
  closeLater: (served: Served) => void,
): void {
  const start = async (options?: ServeOptions): Promise<{ readonly ask: Ask; readonly url: string }> => {
    const manager = new SessionManager<Data>({ keys: generateSecretKey(), trustedOrigins: [TRUSTED] });
    const served = await serve(manager, routes, options);
    closeLater(served);
    return { ask: served.fetch === undefined ? asker(served.url) : fetcher(served.fetch), url: served.url };
  };
  /** A visitor who is logged in: each request has the cookie. */
  const visitor = async (options?: ServeOptions): Promise<{ readonly ask: Ask; readonly url: string }> => {
    const { ask, url } = await start(options);
    const entered = await ask({ path: "/enter" });
    const cookie = entered.setCookie[0]!.split(";")[0]!;
    return { url, ask: async (sent) => await ask({ ...sent, headers: { Cookie: cookie, ...sent.headers } }) };
  };

  test("cross-origin requests have no session: Go's cases, row by row, and ours", async () => {
    const { ask } = await visitor();
    // By the fetch interface it is certain that the request came over HTTPS.
    const plain: Row = { name: "the host's origin over plain HTTP", origin: `http://${HOST}`, opens: listens };
    for (const { name, method = "POST", site, origin, opens } of [...GO, ...OWN, plain]) {
      const { status, header, setCookie } = await ask({ method, headers: { "Sec-Fetch-Site": site, Origin: origin } });
      expect([name, status, header("x-subject"), header("x-reason"), setCookie]).toEqual([
        name,
        200,
        opens ? "7" : "nobody",
        opens ? "none" : "cross_origin",
        [],
      ]);
    }
    expect((await ask({ method: "GET" })).header("x-subject")).toBe("7");
  });

  test("cross-origin requests have no session: Go's cases of a server at its own address", async () => {
    const { ask, url } = await start();
    const { host } = new URL(url);
    const cookie = (await ask({ path: "/enter", host })).setCookie[0]!.split(";")[0]!;
    for (const [origin, site, subject] of [
      [ATTACKER, "cross-site", "nobody"],
      [undefined, "same-origin", "7"],
      [url, undefined, "7"],
      [TRUSTED, undefined, "7"],
      [ATTACKER, undefined, "nobody"],
      [url.replace(/\/\/[^:]+/, "//localhost"), undefined, "nobody"],
    ] as const) {
      const headers = { Cookie: cookie, Origin: origin, "Sec-Fetch-Site": site };
      expect([origin, site, (await ask({ method: "POST", host, headers })).header("x-subject")]).toEqual([
        origin,
        site,
        subject,
      ]);
    }
  });

  test("an upgrade to a WebSocket is judged, although it is a GET", async () => {
    const { ask } = await visitor();
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket" };
    for (const [headers, subject] of [
      [{ Origin: ATTACKER }, "nobody"],
      [{ Origin: `https://${HOST}` }, "7"],
      [{ Origin: TRUSTED }, "7"],
      [{}, "7"],
      [{ "Sec-Fetch-Site": "same-site", Origin: `https://sibling.${HOST}` }, "nobody"],
      [{ "Sec-Fetch-Site": "same-origin", Origin: `https://${HOST}` }, "7"],
    ] as const) {
      const came = await ask({ method: "GET", headers: { ...upgrade, ...headers } });
      expect([headers, came.header("x-subject")]).toEqual([headers, subject]);
      if (subject === "nobody") expect(came.body).toMatch(/^This WebSocket came from https:\/\//);
    }
  });

  test("a cross-origin request goes on, its session refuses every change, and the cookie is left alone", async () => {
    const { ask } = await visitor();
    const foreign = { "Sec-Fetch-Site": "same-site", Origin: `https://sibling.${HOST}` };
    const untouched = await ask({ path: "/untouched", method: "POST", headers: foreign });
    expect([untouched.status, untouched.body, untouched.setCookie]).toEqual([200, "the request goes on", []]);
    const came = await ask({ method: "POST", headers: foreign });
    expect(came.header("x-new")).toBe("true");
    expect(came.body).toContain(`This POST came from https://sibling.${HOST}, so it has no session.`);
    const changed = await ask({ path: "/change", method: "POST", headers: foreign });
    expect(JSON.parse(changed.body)).toEqual(
      Object.fromEntries(Object.keys(CHANGES).map((name) => [name, "cross_origin"])),
    );
    expect(changed.setCookie).toEqual([]);
    expect((await ask({ path: "/flashes", method: "POST", headers: foreign })).body).toBe("[]");
    expect((await ask({ method: "GET" })).header("x-subject")).toBe("7");
  });

  test("another origin logs nobody in: with a cookie or without one", async () => {
    const { ask: known } = await visitor();
    const { ask: unknown } = await start();
    for (const ask of [known, unknown]) {
      const headers = { "Sec-Fetch-Site": "cross-site", Origin: ATTACKER };
      const answer = await ask({ path: "/enter", method: "POST", headers });
      expect([answer.status, answer.setCookie]).toEqual([500, []]);
    }
    const sameOrigin = await unknown({
      path: "/enter",
      method: "POST",
      headers: { "Sec-Fetch-Site": "same-origin", Origin: `https://${HOST}` },
    });
    expect([sameOrigin.status, sameOrigin.setCookie.length]).toEqual([200, 1]);
  });

  if (!listens || !trustsProxies) return;

  test("behind a proxy, the origin is compared with the host and the scheme of a proxy that is trusted", async () => {
    const forwarded = { "X-Forwarded-Host": "shop.example", "X-Forwarded-Proto": "https" };
    for (const [trustProxy, origin, subject] of [
      [true, "https://shop.example", "7"],
      [true, "http://shop.example", "nobody"],
      [true, `https://${HOST}`, "nobody"],
      [false, "https://shop.example", "nobody"],
      [false, `https://${HOST}`, "7"],
    ] as const) {
      const { ask } = await visitor({ trustProxy });
      const came = await ask({ method: "POST", headers: { ...forwarded, Origin: origin } });
      expect([trustProxy, origin, came.header("x-subject")]).toEqual([trustProxy, origin, subject]);
      const host = trustProxy ? "shop.example" : HOST;
      if (subject === "nobody") expect(came.body).toContain(`The host here is ${host}.`);
      // What the browser says needs no host.
      const said = await ask({ method: "POST", headers: { ...forwarded, "Sec-Fetch-Site": "same-origin" } });
      expect(said.header("x-subject")).toBe("7");
    }
  });
}

/** Asks a server with headers that fetch would not send, such as Host. */
function asker(url: string): Ask {
  const { hostname, port } = new URL(url);
  return async ({ method = "GET", path = "/who", headers = {}, host = HOST }) => {
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const client = httpRequest({ host: hostname, port, method, path, headers: { Host: host, ...sent } as never });
    client.end();
    const [response] = (await once(client, "response")) as [IncomingMessage];
    let body = "";
    for await (const chunk of response.setEncoding("utf8")) body += String(chunk);
    return {
      status: response.statusCode ?? 0,
      body,
      setCookie: response.headers["set-cookie"] ?? [],
      header: (name) => response.headers[name] as string | undefined,
    };
  };
}

/** The same by the fetch interface: there the address says host and scheme. */
function fetcher(answer: NonNullable<Served["fetch"]>): Ask {
  return async ({ method = "GET", path = "/who", headers = {}, host = HOST }) => {
    const sent = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const scheme = host === HOST ? "https" : "http";
    const response = await answer(`${scheme}://${host}${path}`, { method, headers: Object.fromEntries(sent) });
    return {
      status: response.status,
      body: await response.text(),
      setCookie: response.headers.getSetCookie(),
      header: (name) => response.headers.get(name) ?? undefined,
    };
  };
}
