import { Flask, proxyFix, request, session, urlFor } from "latchkey/flask";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, describe, expect, test, vi } from "vitest";

function createApp(options?: Parameters<typeof proxyFix>[0]): Flask {
  const app = new Flask(import.meta.url);
  app.config["SECRET_KEY"] = generateSecretKey();
  app.use(proxyFix(options));
  app.route("/", function index() {
    return `${urlFor("index", { _external: true })} ${request.remoteAddr}`;
  });
  app.route("/login", function login() {
    session["user"] = "ada";
    return "in";
  });
  return app;
}

async function get(app: Flask, headers: Readonly<Record<string, string>>, path = "/"): Promise<string> {
  return (await app.testClient().get(path, { headers })).text;
}

// Everything that Werkzeug's ProxyFix does is compared with it in differential/configurations.
describe("proxyFix", () => {
  test("address and scheme are believed by default, the host only on request", async () => {
    const headers = {
      "X-Forwarded-For": "6.6.6.6, 1.2.3.4",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "shop.example",
    };
    expect(await get(createApp(), headers)).toBe("https://localhost/ 1.2.3.4");
    expect(await get(createApp({ xHost: 1 }), headers)).toBe("https://shop.example/ 1.2.3.4");
    expect(await get(createApp({ xFor: 3 }), headers)).toBe("https://localhost/ 127.0.0.1");
  });

  test.each([
    ["X-Forwarded-Proto", "javascript"],
    ["X-Forwarded-Host", "shop.example/evil"],
    ["X-Forwarded-Host", "a@b"],
    ["X-Forwarded-Host", "<script>"],
    ["X-Forwarded-Port", "80a"],
    ["X-Forwarded-Port", "99999"],
    ["X-Forwarded-Prefix", "shop"],
    ["X-Forwarded-Prefix", "//evil.example"],
    ["X-Forwarded-Prefix", "/a?b"],
  ])("%s: %s is status 400", async (name, value) => {
    const app = createApp({ xHost: 1, xPort: 1, xPrefix: 1 });
    expect((await app.testClient().get("/", { headers: { [name]: value } })).status).toBe(400);
  });

  test.each([
    [
      { xFor: -1 },
      "The option xFor of proxyFix is the number of proxies that set this header: 0, 1, 2 … It got -1. Fix: xFor: 1.",
    ],
    [{ xProto: true }, "The option xProto of proxyFix"],
    [{ x_for: 1 }, "x_for"],
  ])("%o is refused", (options, words) => {
    expect(() => proxyFix(options as never)).toThrow(words);
  });

  describe("and the session's cookie", () => {
    afterEach(() => vi.restoreAllMocks());

    test("behind a proxy that ends TLS it is Secure, without a warning", async () => {
      const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const login = async (app: Flask): Promise<string> =>
        (await app.testClient().get("/login", { headers: { "X-Forwarded-Proto": "https" } })).headers.get(
          "set-cookie",
        )!;
      expect(await login(createApp())).toContain("; Secure");
      expect(warn).not.toHaveBeenCalled();
      expect(await login(createApp({ xProto: 0 }))).toContain("; Secure");
      expect(warn).toHaveBeenCalledTimes(1);
    });
  });
});
