/*
 * The debug toolbar
 *
 * A page of any website sends requests to a server on the developer's own machine, a proxy hands on
 * those of strangers, or an application gives the toolbar something hostile.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { TimestampSigner } from "latchkey/signing";
import { definePanel, Toolbar, type ToolbarOptions } from "latchkey/toolbar";
import { expect, test } from "vitest";
import { applicationFolder, startToolbar } from "../support/toolbar-process.ts";
import { askRaw, TOOLBAR_SERVERS, type RawAnswer, type RawRequest } from "../support/toolbar-servers.ts";
import { cli } from "../support/cli.ts";
import { randomFrom, SECRETS } from "../support/secrets.ts";

/** Stands in every record, and nowhere else. */
const CANARY = "canary-7731";
const PAGE = "<!doctype html><html><body>a page</body></html>";
const NAVIGATION = [
  "Sec-Fetch-Dest: document",
  "Sec-Fetch-Mode: navigate",
  "Sec-Fetch-Site: none",
  "Accept: text/html",
];
const SERVERS = Object.entries(TOOLBAR_SERVERS);

interface Target {
  readonly url: string;
  readonly toolbar: Toolbar;
  /** Of a page: it may read this page's record and later ones. */
  readonly token: string;
  readonly id: string;
  ask(request: RawRequest): Promise<RawAnswer>;
}

/** A server with one recorded page, on each framework in turn. */
async function onEach(
  work: (target: Target, name: string) => Promise<void>,
  options: Partial<ToolbarOptions> = {},
  servers: readonly (typeof SERVERS)[number][] = SERVERS,
): Promise<void> {
  for (const [name, serve] of servers) {
    const toolbar = new Toolbar({ keys: generateSecretKey(), ...options });
    const { url, close } = await serve(toolbar, new SessionManager({ keys: generateSecretKey() }), () => PAGE);
    try {
      const page = await visit(url);
      await work({ url, toolbar, ...page, ask: async (request) => await askRaw(url, request) }, name);
    } finally {
      toolbar.close();
      await close();
    }
  }
}

/** Opens a page, and takes token and id from its script. */
async function visit(url: string): Promise<{ readonly token: string; readonly id: string }> {
  const { body } = await askRaw(url, { target: `/${CANARY}?q=${CANARY}`, headers: NAVIGATION });
  const script = /src="([^"]+toolbar\.js[^"]+)"/.exec(body)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const { searchParams } = new URL(script, url);
  return { token: searchParams.get("token") ?? "", id: searchParams.get("exchange") ?? "" };
}

/** Every address of the toolbar, with a token that would open it. */
function addressesOf({ token, id }: Pick<Target, "token" | "id">): readonly string[] {
  const below = [
    "",
    "/",
    `/?exchange=${id}`,
    "/exception.css",
    `/toolbar.js?exchange=${id}&token=${token}`,
    `/events?token=${token}`,
    `/exchanges?token=${token}`,
    `/exchanges?token=${token}&as=module`,
    `/exchanges?token=${token}&save=1`,
    `/exchanges/${id}?token=${token}`,
    `/exchanges/${id}?token=${token}&as=module`,
    `/exchanges/${id}?token=${token}&format=record`,
    `/exchanges/${id}?token=${token}&format=record&save=1`,
    `/exchanges/${id}/copies?token=${token}`,
    `/exchanges/${id}/explain?span=1&token=${token}`,
    `/exchanges/${id}/profile?token=${token}`,
    `/compare?before=${id}&after=${id}&token=${token}`,
    `/profile?method=GET&path=/&token=${token}`,
  ];
  return below.map((path) => `/_latchkey${path}`);
}

/** What is wrong with a refusal: it is to say nothing at all. */
function faultsOf({ status, head, body }: RawAnswer, allowed: readonly number[] = [404]): readonly string[] {
  return [
    ...(allowed.includes(status) ? [] : [`status ${status}`]),
    ...(/^set-cookie:/im.test(head) ? ["Set-Cookie"] : []),
    ...(/^x-latchkey-request:|^server-timing:|^access-control-/im.test(head) ? ["a header of the toolbar"] : []),
    ...(/canary-7731|toolbar\.js|token=|"exchanges"|[0-9a-f]{8}-[0-9a-f]{4}-4/.test(head + body) ? ["a record"] : []),
    ...(status === 404 && !/^(?:9\r\n)?(?:Not Found)?(?:\r\n0\r\n\r\n)?$/.test(body)
      ? [`body ${body.slice(0, 60)}`]
      : []),
  ];
}

/** Asks for all addresses, and returns what was not refused. */
async function notRefused(
  target: Target,
  request: Omit<RawRequest, "target">,
  what: string,
  allowed?: readonly number[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const address of addressesOf(target)) {
    const faults = faultsOf(await target.ask({ ...request, target: address }), allowed);
    if (faults.length > 0) found.push(`${what} ${address.replace(target.token, "…")}: ${faults.join(", ")}`);
  }
  return found;
}

/**
 * The list of addresses in these tests is that of the toolbar's source, so a new address is
 * attacked too. Asked by the developer's own browser, each of them answers.
 */
test("ATK-toolbar-addresses: an address of the toolbar is forgotten by its guards and its tests", async () => {
  const source = ["pages", "profile-pages"]
    .map((file) => readFileSync(new URL(`../../src/toolbar/serve/${file}.ts`, import.meta.url), "utf8"))
    .join("\n");
  const literals = [...source.matchAll(/pathname [!=]== "([^"]+)"/g)].map(([, path]) => path!);
  const patterns = [...source.matchAll(/\/(\^[^\n]+\$)\/\.exec\(pathname\)/g)].map(
    ([, pattern]) => new RegExp(pattern!),
  );
  expect([literals.length, patterns.length]).toEqual([7, 4]);
  await onEach(async (target) => {
    const paths = addressesOf(target).map((address) => address.replace("/_latchkey", "").replace(/\?.*/, "") || "/");
    expect(literals.filter((literal) => !paths.includes(literal))).toEqual([]);
    expect(patterns.filter((pattern) => !paths.some((path) => pattern.test(path)))).toEqual([]);
    const answers: [string, number][] = [];
    for (const address of addressesOf(target)) {
      const answer = await fetch(target.url + address, { headers: { "sec-fetch-site": "same-origin" } });
      await answer.body?.cancel();
      answers.push([address, answer.status]);
    }
    // There is no profile of this request.
    expect(answers.filter(([address, status]) => status !== 200 && !address.includes("/profile?token"))).toEqual([]);
  });
});

/**
 * Host has to be a loopback name or one of the option `hosts`, at every address, with and without a
 * port. Under any other name a page is not marked with its record either.
 */
test("ATK-toolbar-rebinding: a website points its own name at the developer's machine and reads records", async () => {
  await onEach(async (target, name) => {
    const { port } = new URL(target.url);
    const hosts = [
      `rebind.evil.test:${port}`,
      "rebind.evil.test",
      "rebind.evil.test.",
      `localhost.evil.test:${port}`,
      `evillocalhost:${port}`,
      `localhost:${port}@evil.test`,
      `127.0.0.1.evil.test:${port}`,
      "203.0.113.7",
      "[2001:db8::7]",
      `[::ffff:203.0.113.7]:${port}`,
      "[::]",
      `0.0.0.0:${port}`,
      "0x7f000001",
      "2130706433",
      "127.1",
      "localhost, rebind.evil.test",
      "localhost\trebind.evil.test",
      "",
    ];
    for (const host of hosts) {
      // @hono/node-server answers 400 to what is no host at all.
      const request = { host, headers: ["Sec-Fetch-Site: same-origin"] };
      expect(await notRefused(target, request, `${name} ${host}`, [400, 404])).toEqual([]);
      const page = await target.ask({ target: "/x", host, headers: NAVIGATION });
      expect([host, /toolbar\.js|x-latchkey-request|server-timing/i.test(page.head + page.body)]).toEqual([
        host,
        false,
      ]);
    }
    // Of two Host headers Node takes the first, and without one it refuses the request itself.
    for (const request of [{ host: "rebind.evil.test", headers: [`Host: localhost:${port}`] }, { host: null }])
      for (const address of addressesOf(target))
        expect(faultsOf(await target.ask({ ...request, target: address }), [400, 404])).toEqual([]);
  });
});

/**
 * A browser says in Sec-Fetch-Site where a request comes from. One that does not say it may send
 * Origin or Referer, and both have to be this server's.
 */
test("ATK-toolbar-cross-site: a page of another site, or of another port, asks for the toolbar's addresses", async () => {
  await onEach(async (target, name) => {
    const { port } = new URL(target.url);
    const requests: Readonly<Record<string, readonly string[]>> = {
      "fetch with cors": ["Origin: https://evil.test", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors"],
      "fetch with no-cors": ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: empty"],
      "another port": ["Sec-Fetch-Site: same-site", "Origin: http://127.0.0.1:1"],
      "a link": ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
      "a value that is none": ["Sec-Fetch-Site: anything"],
      "two values": ["Sec-Fetch-Site: none, cross-site"],
      "an old browser with Origin": ["Origin: https://evil.test"],
      "an opaque origin": ["Origin: null"],
      "an origin of another port": ["Origin: http://127.0.0.1:1"],
      "an origin that only begins alike": [`Origin: http://127.0.0.1:${port}.evil.test`],
      "an old browser with Referer": ["Referer: https://evil.test/attack.html"],
      "a referer of another port": ["Referer: http://127.0.0.1:1/"],
      "a referer that names this server": [`Referer: https://evil.test/127.0.0.1:${port}/`],
      "a referer with this server as user name": [`Referer: http://127.0.0.1:${port}@evil.test/`],
      "a referer that is no address": ["Referer: about:client"],
    };
    for (const [what, headers] of Object.entries(requests))
      expect(await notRefused(target, { headers }, `${name}: ${what}`)).toEqual([]);
    // A browser that says nothing of the kind, and the page of this server, are answered.
    for (const headers of [
      [],
      [`Referer: ${target.url}/cart`],
      ["Sec-Fetch-Site: same-origin", "Referer: https://x.test/"],
    ])
      expect((await target.ask({ target: `/_latchkey/exchanges?token=${target.token}`, headers })).status).toBe(200);
  });
});

/**
 * What a page of another site includes, as a script, an image, a style or a frame, is refused; the
 * answers forbid to be embedded, and no page of the application has the script in such a place.
 */
test("ATK-toolbar-include: records are included as scripts and images, past the same-origin policy", async () => {
  await onEach(async (target, name) => {
    for (const destination of ["script", "image", "style", "iframe", "object", "embed", "worker", "video", "empty"]) {
      const headers = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", `Sec-Fetch-Dest: ${destination}`];
      expect(await notRefused(target, { headers }, `${name}: ${destination}`)).toEqual([]);
      const page = await target.ask({ target: "/x", headers: [...headers, "Accept: text/html"] });
      expect([destination, page.body.includes("toolbar.js")]).toEqual([destination, false]);
    }
    for (const address of addressesOf(target)) {
      if (address.includes("/events") || address.includes("/profile?token")) continue;
      const { head } = await target.ask({ target: address });
      expect([address, head]).toEqual([
        address,
        expect.stringMatching(/^cross-origin-resource-policy: same-origin$/im),
      ]);
      expect([address, head]).toEqual([address, expect.stringMatching(/^x-content-type-options: nosniff$/im)]);
      expect([address, head]).toEqual([address, expect.stringMatching(/^cache-control: no-store/im)]);
    }
  });
});

/**
 * Only GET is answered. A form of another site can send POST without asking, and OPTIONS is what a
 * browser asks with: neither of them is told anything.
 */
test("ATK-toolbar-methods: another method is used than the one that is guarded", async () => {
  await onEach(async (target, name) => {
    const body = "exchange=1";
    const form = ["Content-Type: application/x-www-form-urlencoded"];
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "PROPFIND"]) {
      const sent = method === "HEAD" ? {} : { body, headers: form };
      expect(await notRefused(target, { method, ...sent }, `${name} ${method}`)).toEqual([]);
    }
    const preflight = ["Origin: https://evil.test", "Access-Control-Request-Method: GET", "Sec-Fetch-Site: cross-site"];
    expect(await notRefused(target, { method: "OPTIONS", headers: preflight }, `${name} preflight`)).toEqual([]);
    // A header that asks for another method does not help.
    const overridden = { method: "POST", body, headers: [...form, "X-HTTP-Method-Override: GET"] };
    expect(await notRefused(target, overridden, `${name} overridden`)).toEqual([]);
    for (const method of ["TRACE", "CONNECT", "get"])
      for (const address of addressesOf(target))
        expect(faultsOf(await target.ask({ method, target: address }), [0, 400, 404, 405, 501])).toEqual([]);
  });
});

/**
 * A sign of a proxy is enough for a no: HTTP/1.0, and every header that proxies and content
 * delivery networks add, whatever it says.
 */
test("ATK-toolbar-proxy: a proxy on the same machine makes every visitor of the internet look local", async () => {
  await onEach(async (target, name) => {
    const names = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Real-IP"];
    const more = ["Forwarded", "Via", "CF-Connecting-IP", "CF-Ray", "True-Client-IP", "Fly-Client-IP", "X-Client-IP"];
    for (const header of [...names, ...more, "CDN-Loop", "X-Amzn-Trace-Id", "X-Envoy-External-Address"])
      for (const value of ["127.0.0.1", "203.0.113.9", "for=127.0.0.1;host=localhost", ""])
        expect(
          faultsOf(
            await target.ask({
              target: `/_latchkey/exchanges/${target.id}?token=${target.token}`,
              headers: ["Sec-Fetch-Site: same-origin", `${header}: ${value}`],
            }),
          ),
          `${name} ${header}: ${value}`,
        ).toEqual([]);
    expect(await notRefused(target, { headers: ["X-Forwarded-For: 127.0.0.1"] }, name)).toEqual([]);
    expect(await notRefused(target, { version: "1.0" }, `${name} HTTP/1.0`)).toEqual([]);
  });
});

/**
 * A token is signed with a key that is derived from the secret key for this purpose alone. One with
 * a single other character is refused, at every address that shows data.
 */
test("ATK-toolbar-token-forged: a token is made up, changed, or signed for something else with the same key", async () => {
  const key = generateSecretKey();
  await onEach(
    async (target, name) => {
      const value = target.token.slice(0, target.token.indexOf("."));
      const forged = [
        "",
        "x",
        value,
        `${value}..`,
        "0-0-00000000",
        `${target.token}.`,
        `${target.token}x`,
        target.token.toLowerCase(),
        "A".repeat(100_000).slice(0, 8_000),
        new TimestampSigner(key, { salt: "latchkey.toolbar", digest: "sha256" }).sign("0-0-00000000"),
        new TimestampSigner(generateSecretKey(), { salt: "latchkey.toolbar", digest: "sha256" }).sign(value),
        new TimestampSigner(key, { salt: "cookie-session", keyDerivation: "hmac" }).sign(value),
        ...Array.from(target.token, (character, index) => {
          const other = character === "A" ? "B" : "A";
          return target.token.slice(0, index) + other + target.token.slice(index + 1);
        }),
      ].map(encodeURIComponent);
      const paths = [`exchanges/${target.id}`, "exchanges", "events", `exchanges/${target.id}/copies`, "profile"];
      for (const token of forged) {
        const path = paths[forged.indexOf(token) % paths.length]!;
        const answer = await target.ask({ target: `/_latchkey/${path}?token=${token}` });
        expect(faultsOf(answer), `${name} ${path} ${token}`).toEqual([]);
      }
      // The first of several counts, and a token in a header or in the fragment is none.
      const wrong = [`token=x&token=${target.token}`, `Token=${target.token}`, `token%5B%5D=${target.token}`, ""];
      for (const query of wrong)
        expect(
          faultsOf(
            await target.ask({
              target: `/_latchkey/exchanges/${target.id}?${query}`,
              headers: [`Authorization: Bearer ${target.token}`, `Cookie: token=${target.token}`],
            }),
          ),
        ).toEqual([]);
    },
    { keys: key },
    SERVERS.filter(([name]) => /^(?:Express|Fastify)$/.test(name)),
  );
});

/**
 * A page's token reads this page's record and later ones, for twelve hours, and as long as the
 * secret key is the same. It never reads what others did before.
 */
test("ATK-toolbar-token-replayed: an old token, or one of a later page, is used for other records", async () => {
  let now = 1_800_000_000;
  const key = generateSecretKey();
  await onEach(
    async (target) => {
      const first = { token: target.token, id: target.id };
      const second = await visit(target.url);
      const status = async (path: string, token: string): Promise<number> =>
        (await target.ask({ target: `/_latchkey/${path}token=${token}` })).status;
      for (const path of [
        `exchanges/${first.id}?`,
        `exchanges/${first.id}/copies?`,
        `compare?before=${first.id}&after=${second.id}&`,
      ]) {
        expect([path, await status(path, second.token)]).toEqual([path, 404]);
        expect([path, await status(path, first.token)]).toEqual([path, 200]);
      }
      const list = await target.ask({ target: `/_latchkey/exchanges?token=${second.token}` });
      expect([list.body.includes(second.id), list.body.includes(first.id)]).toEqual([true, false]);
      now += 12 * 60 * 60;
      expect(await status(`exchanges/${first.id}?`, first.token)).toBe(200);
      now += 1;
      for (const address of addressesOf(first).filter(
        (each) => each.includes("token=") && !each.includes("toolbar.js"),
      ))
        expect(faultsOf(await target.ask({ target: address }))).toEqual([]);
    },
    { keys: key, clock: () => now },
    SERVERS.filter(([name]) => /^(?:Express|Fastify)$/.test(name)),
  );
});

/**
 * The file `.latchkey/token` opens all records to programs of the same user. It is read by its
 * owner alone, its token obeys the same guard, and it is worth nothing at an application with
 * another key.
 */
test("ATK-toolbar-token-file: the token of the command line is used from elsewhere, or changed", async () => {
  const folder = applicationFolder();
  const server = await startToolbar(folder, { historyFile: false });
  await server.visit(`/${CANARY}`);
  const { token } = JSON.parse(readFileSync(join(folder, ".latchkey", "token"), "utf8")) as { token: string };
  const ask = async (request: Omit<RawRequest, "target">, used = token, url = server.url): Promise<RawAnswer> =>
    await askRaw(url, { ...request, target: `/_latchkey/exchanges?token=${used}` });
  expect((await ask({})).body).toContain(CANARY);
  const refused: readonly Omit<RawRequest, "target">[] = [
    { host: "rebind.evil.test" },
    { headers: ["Sec-Fetch-Site: cross-site"] },
    { headers: ["Referer: https://evil.test/"] },
    { headers: ["X-Forwarded-For: 127.0.0.1"] },
    { version: "1.0" },
    { method: "POST" },
  ];
  for (const request of refused) expect(faultsOf(await ask(request))).toEqual([]);
  expect(faultsOf(await ask({}, `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`))).toEqual([]);
  const other = await startToolbar(applicationFolder(), {}, { SECRET_KEY: generateSecretKey() });
  await other.visit(`/${CANARY}`);
  expect(faultsOf(await ask({}, token, other.url))).toEqual([]);
}, 300_000);

/**
 * An address is compared as it came, and ids are numbers in hexadecimal: nothing is decoded, joined
 * or looked up in a folder. What is not an address of the toolbar is the application's.
 */
test("ATK-toolbar-paths: dots, slashes, zero bytes and very long ids lead past the checks or to a file", async () => {
  await onEach(async (target, name) => {
    const { id, token } = target;
    const paths = [
      `/_latchkey/../_latchkey/exchanges?token=x`,
      `/_latchkey/exchanges/../exchanges/${id}`,
      `/_latchkey/exchanges/..%2f..%2f..%2fetc%2fpasswd?token=${token}`,
      `/_latchkey/exchanges/${encodeURIComponent("../../../../etc/passwd")}?token=${token}`,
      `/_latchkey/exchanges/${id}%00?token=${token}`,
      `/_latchkey/exchanges/${id}%2f?token=${token}`,
      `/_latchkey/exchanges/${id}/../${id}%00/copies?token=${token}`,
      `/_latchkey/exchanges/${id.toUpperCase()}?token=${token}`,
      `/_latchkey/exchanges/${id}/?token=${token}`,
      `/_latchkey/exchanges/${"a".repeat(10_000)}?token=${token}`,
      `/_latchkey/exchanges/${"-".repeat(36)}?token=${token}`,
      `/_latchkey/exchanges/${"0".repeat(36)}?token=${token}`,
      `/_latchkey/exchanges/__proto__?token=${token}`,
      `/_latchkey/exchanges/constructor?token=${token}`,
      `/_latchkey/exchanges/${id.slice(0, 8)}?token=${token}`,
      `/_latchkey/exchanges/${id}/explain?span=-1&token=${token}`,
      `/_latchkey/exchanges/${id}/explain?span=${"9".repeat(400)}&token=${token}`,
      `/_latchkey/exchanges/${id}/explain?span=1;drop%20table%20x&token=${token}`,
      `/_latchkey/compare?before=${id}&after=../x&token=${token}`,
      `/_latchkey/profile?path=${encodeURIComponent("//evil.test\n")}&method=${"A".repeat(500)}&token=${token}`,
      "/_latchkey/toolbar.js/../exchanges",
      "/_latchkey/.latchkey/token",
      "/_latchkey//exchanges",
      "/_latchkey/exchanges;token=x",
    ];
    for (const path of paths) {
      const answer = await target.ask({ target: path, headers: ["Sec-Fetch-Site: same-origin"] });
      expect(faultsOf(answer, [400, 404]), `${name} ${path.slice(0, 80)}`).toEqual([]);
    }
    // Other spellings are the application's own addresses. Hono reads some of them as the
    // toolbar's; then the same checks hold.
    const spellings = [
      "/%5flatchkey/exchanges",
      "//_latchkey/exchanges",
      "/x/../_latchkey/exchanges",
      "/x/%2e%2e/_latchkey/exchanges",
      "/_LATCHKEY/exchanges",
      "/_latchkey\\exchanges",
      "/_latchkey/%2e%2e/.latchkey/token",
      "/_latchkeyx",
    ];
    const attacks: readonly Omit<RawRequest, "target">[] = [
      { host: "rebind.evil.test" },
      { headers: ["Sec-Fetch-Site: cross-site"] },
      { version: "1.0" },
    ];
    for (const path of spellings) {
      for (const attack of attacks) {
        const answer = await target.ask({ ...attack, target: `${path}?token=${token}` });
        expect([path, answer.body.includes(CANARY), answer.body.includes('"exchanges"')]).toEqual([path, false, false]);
      }
      const answer = await target.ask({ target: path, headers: ["Sec-Fetch-Site: same-origin"] });
      expect([path, answer.body.includes(CANARY), answer.body.includes('"exchanges"')]).toEqual([path, false, false]);
    }
  });
});

/**
 * Texts are redacted when they are recorded, by value, name and form, so that page, JSON, file and
 * command line have none. The panels of an application are redacted too.
 */
test("ATK-toolbar-secrets: a secret in a log line, a query or an error is read from the toolbar's records", async () => {
  const random = randomFrom(42);
  const secrets = Object.entries(SECRETS).map(([, make]) => make(random));
  const careless = definePanel({
    id: "careless",
    title: "Careless",
    collect: () => ({ secrets }),
    view: () => [{ kind: "code", text: secrets.join("\n") }],
  });
  await onEach(
    async (target) => {
      const { token, id } = await visit(target.url);
      const read = async (path: string): Promise<string> =>
        await (await fetch(`${target.url}/_latchkey/${path}token=${token}`)).text();
      const outputs = [
        await read(`exchanges/${id}?`),
        await read(`exchanges/${id}?format=record&`),
        await read("exchanges?"),
      ];
      expect(outputs[1]).toContain('"careless"');
      const texts = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
      expect(texts.filter((text) => outputs.some((output) => output.includes(text)))).toEqual([]);
    },
    { panels: [careless] },
    SERVERS.filter(([name]) => name === "Express"),
  );
});

/**
 * A folder of someone else's is not read or written: the command line says so, and shows nothing.
 */
test("ATK-toolbar-cli: the command line is led to a file that is no history", async () => {
  const folder = applicationFolder();
  for (const file of ["package.json", "../../etc/passwd", "/etc/passwd"]) {
    const { code, out, error } = await cli(["requests", "--file", file], { cwd: folder });
    expect([file, code, out]).toEqual([file, file.startsWith("..") ? expect.any(Number) : 2, ""]);
    expect(error).not.toContain("root:");
  }
});
