import { generateSecretKey } from "latchkey/keys";
import { Flask, makeResponse, session } from "latchkey/flask";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { GO, HOST, OWN, TRUSTED } from "../contracts/cross-origin-rows.ts";

function createApp(settings: Readonly<Record<string, unknown>> = {}): Flask {
  const app = new Flask("/tmp");
  app.config.fromMapping({ SECRET_KEY: generateSecretKey(), ...settings });
  app.post("/login", () => {
    session.login("7");
    return "in";
  });
  app.route("/who", { methods: ["GET", "POST"] }, () => `${session.subject ?? "nobody"} ${session.rejection?.reason}`);
  app.post("/set", () => {
    session["cart"] = ["tea"];
    return "set";
  });
  return app;
}

/** A browser with a page of this origin. */
const from = (origin: string, site: string): Record<string, string> => ({ Origin: origin, "Sec-Fetch-Site": site });
const ask = async (app: Flask, path: string, method: string, headers: Record<string, string> = {}): Promise<Response> =>
  await app.fetch(new Request(`https://shop.example${path}`, { method, headers }));

describe("cross-origin requests in latchkey/flask", () => {
  test("have no session, change nothing, and leave the cookie alone", async () => {
    const app = createApp();
    const own = from("https://shop.example", "same-origin");
    const sibling = from("https://evil.shop.example", "same-site");
    const entered = await ask(app, "/login", "POST", own);
    const cookie = { Cookie: entered.headers.getSetCookie()[0]!.split(";")[0]! };
    const who = async (method: string, headers: Record<string, string>): Promise<string> =>
      await (await ask(app, "/who", method, { ...cookie, ...headers })).text();
    expect(await who("POST", own)).toBe("7 undefined");
    expect(await who("POST", sibling)).toBe("nobody cross_origin");
    expect(await who("GET", { "Sec-Fetch-Site": "cross-site" })).toBe("7 undefined");
    for (const path of ["/login", "/set"]) {
      const refused = await ask(app, path, "POST", { ...cookie, ...sibling });
      expect([path, refused.status, refused.headers.getSetCookie()]).toEqual([path, 500, []]);
    }
    expect(await who("POST", own)).toBe("7 undefined");
  });

  test.each(["Flask's cookie", "a store"])("are the cases of Go and ours, row by row (%s)", async (place) => {
    const store = place === "a store" ? { SESSION_STORE: new MemoryStore() } : {};
    const app = createApp({ SESSION_TRUSTED_ORIGINS: [TRUSTED], ...store });
    app.route("/any", { methods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] }, () =>
      makeResponse("", 200, {
        "X-Subject": session.subject ?? "nobody",
        "X-Reason": session.rejection?.reason ?? "none",
      }),
    );
    const send = async (path: string, method: string, headers: Record<string, string>): Promise<Response> =>
      await app.fetch(new Request(`https://${HOST}${path}`, { method, headers }));
    const entered = await send("/login", "POST", {});
    const cookie = { Cookie: entered.headers.getSetCookie()[0]!.split(";")[0]! };
    for (const { name, method = "POST", site, origin, opens } of [...GO, ...OWN]) {
      const page = { ...(origin && { Origin: origin }), ...(site && { "Sec-Fetch-Site": site }) };
      const { headers } = await send("/any", method, { ...cookie, ...page });
      expect([name, headers.get("x-subject"), headers.get("x-reason"), headers.getSetCookie()]).toEqual([
        name,
        opens ? "7" : "nobody",
        opens ? "none" : "cross_origin",
        [],
      ]);
    }
  });

  test("have one where SESSION_TRUSTED_ORIGINS lists the origin", async () => {
    const app = createApp({ SESSION_TRUSTED_ORIGINS: ["https://app.shop.example"] });
    expect((await ask(app, "/login", "POST", from("https://app.shop.example", "same-site"))).status).toBe(200);
  });

  test("the error of a change names the setting, and so does that of a wrong value", async () => {
    const app = createApp({ TESTING: true });
    await expect(ask(app, "/set", "POST", from("https://app.shop.example", "same-site"))).rejects.toMatchObject({
      code: "cross_origin",
      message: expect.stringContaining(
        'set app.config["SESSION_TRUSTED_ORIGINS"] = ["https://app.shop.example"].',
      ) as string,
    });
    const wrong = createApp({ TESTING: true, SESSION_TRUSTED_ORIGINS: ["https://app.shop.example/"] });
    await expect(ask(wrong, "/who", "GET")).rejects.toMatchObject({
      code: "invalid_option",
      message: expect.stringMatching(
        /^SESSION_TRUSTED_ORIGINS holds .* Fix: app\.config\["SESSION_TRUSTED_ORIGINS"\] = \["https:\/\/app\.shop\.example"\]\.$/,
      ) as string,
    });
  });
});
