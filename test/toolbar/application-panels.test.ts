import { afterEach, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { KeyRing } from "../../src/keys/key-ring.ts";
import { Toolbar, type ApplicationFacts, type ToolbarOptions, type ToolbarRequest } from "../../src/toolbar/index.ts";

const KEY = generateSecretKey();
const open: Toolbar[] = [];
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
});
const request = (url: string): ToolbarRequest => ({
  method: "GET",
  url,
  header: () => undefined,
  headers: [],
  remoteAddress: "127.0.0.1",
  httpVersion: "1.1",
});

/** What a panel shows of a request. */
function shown(
  panel: string,
  options: Partial<ToolbarOptions>,
  facts: readonly Omit<ApplicationFacts, "name">[] = [],
  route?: string,
): string {
  const toolbar = new Toolbar({ keys: KEY, ...options });
  open.push(toolbar);
  for (const each of facts) toolbar.introduce({}, { name: "App", ...each });
  const exchange = toolbar.begin(request("/"), {})!;
  exchange.route = route;
  toolbar.finish(exchange);
  return JSON.stringify(toolbar.page(exchange.id)!.panels.find(({ id }) => id === panel)!.blocks);
}

describe("the panel Config", () => {
  test("X10: opens plain objects and lists, and nothing else", () => {
    class Store {
      readonly client = { password: "hunter2", host: "db.internal" };
    }
    let calls = 0;
    const text = shown("config", {
      config: () => ({
        store: new Store(),
        nested: { port: 5432, list: ["a", { b: true }] },
        ring: new KeyRing(KEY),
        onStart: function begin(): void {},
        pattern: /x+/,
        bytes: Buffer.from("0123456789"),
        when: new Date(0),
        proxy: new Proxy({}, { ownKeys: () => (calls++, []) }),
        get late(): string {
          calls++;
          return "x";
        },
      }),
    });
    for (const part of [
      "[Store]",
      "5432",
      "[KeyRing]",
      "[function begin]",
      "/x+/",
      "[10 bytes]",
      "1970-01-01",
      "[getter]",
    ])
      expect(text).toContain(part);
    for (const part of ["hunter2", "db.internal"]) expect(text).not.toContain(part);
    expect(calls).toBe(0);
  });

  test("B13: hides by name, by form and by value", () => {
    const stripe = `sk_live_${"a1B2".repeat(8)}`;
    const secrets = { dbPassword: "p1-x", cacheKey: "k1-x", SENTRY_DSN: "d1-x", webhookUrl: "w1-x", salt: "s1-x" };
    const text = shown("config", {
      config: () => ({
        ...secrets,
        plan: stripe,
        thing: KEY,
        hex: Buffer.from(KEY).toString("hex"),
        list: [...Buffer.from(KEY)],
        db: "postgres://ada:hunter2@db/shop",
        hasKey: true,
      }),
    });
    const hidden = [...Object.values(secrets), stripe, KEY, Buffer.from(KEY).toString("hex"), "hunter2"];
    expect(hidden.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).toContain("ada:••••••••@db/shop");
    expect(text).toContain('{"name":"hasKey","value":{"text":"true"');
    expect(text).not.toContain([...Buffer.from(KEY)].slice(0, 6).join(","));
  });

  test("shows of the environment only plain variables, and those that are listed", () => {
    process.env["SHOP_REGION"] = "eu-west";
    process.env["SHOP_TOKEN"] = "t0ken-x";
    const text = shown("config", { environment: ["SHOP_REGION", "SHOP_TOKEN"] });
    expect(text).toContain("eu-west");
    expect(text).toContain("SHOP_TOKEN");
    expect(text).not.toContain("t0ken-x");
    expect(shown("config", {})).not.toContain("SHOP_REGION");
    expect(shown("config", {})).not.toContain("PATH");
  });

  test("what throws is named, and what is huge is cut", () => {
    const text = shown(
      "config",
      {
        config: () => {
          throw new RangeError("no");
        },
      },
      [{ config: () => Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`s${n}`, n])) }],
    );
    expect(text).toContain("The settings of Application could not be read: RangeError.");
    expect(text).toContain("9901 more");
    expect(text.length).toBeLessThan(20_000);
  });

  test("without settings, it says how to hand them over", () => {
    expect(shown("config", {})).toContain("config: () => settings");
  });
});

describe("the panel Routes", () => {
  const routes = (count: number) => () =>
    Array.from({ length: count }, (_, n) => ({ methods: "GET", path: `/r${n}/:id`, name: `show${n}` }));

  test("marks the route that answered, by its pattern or by the path of a router below a parameter", () => {
    for (const route of ["/r7/:id", "/r7/41"]) {
      const [table] = JSON.parse(shown("routes", {}, [{ routes: routes(10) }], route)) as [{ rows: unknown[][] }];
      expect(table.rows.filter((row) => JSON.stringify(row).includes("this one"))).toEqual([
        [
          expect.anything(),
          { text: "GET", mono: true },
          expect.objectContaining({ text: "/r7/:id" }),
          { text: "show7", mono: true },
        ],
      ]);
    }
    expect(shown("routes", {}, [{ routes: routes(1) }], "/unknown")).toContain("which is not in this list");
  });

  test("10,000 routes are cut, and a failure is named", () => {
    const text = shown("routes", {}, [{ routes: routes(10_000) }], "/r9999/:id");
    expect(text).toContain("9,800 more routes are not shown");
    expect(text.length).toBeLessThan(50_000);
    const failing = () => {
      throw new TypeError("no");
    };
    expect(shown("routes", {}, [{ routes: failing }])).toContain("could not be read: TypeError");
  });

  test("without any, it says so", () => {
    expect(shown("routes", {})).toContain("No routes are known");
  });
});
