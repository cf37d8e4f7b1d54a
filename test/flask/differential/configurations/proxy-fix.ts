import { type Flask, proxyFix, redirect, request, session, urlFor, type ProxyFixOptions } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

/** An application behind proxies that set these headers. */
export function behindProxies(options: ProxyFixOptions): Flask {
  const app = newApp();
  app.use(proxyFix(options));
  app.route("/facts", function facts() {
    return show({
      url: request.url,
      base_url: request.baseUrl,
      url_root: request.urlRoot,
      host: request.host,
      host_url: request.hostUrl,
      scheme: request.scheme,
      is_secure: request.isSecure,
      script_root: request.scriptRoot,
      path: request.path,
      remote_addr: request.remoteAddr,
      external: urlFor("facts", { _external: true }),
      internal: urlFor("facts", { a: 1 }),
    });
  });
  app.route("/leave", function leave() {
    return redirect(urlFor("facts"));
  });
  app.route("/folder/", function folder() {
    return "folder";
  });
  app.route("/login", function login() {
    session["user"] = "ada";
    return "in";
  });
  return app;
}

const all = [
  "X-Forwarded-For: 9.9.9.9, 1.2.3.4, 10.0.0.1",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: shop.example",
  "X-Forwarded-Port: 8443",
  "X-Forwarded-Prefix: /shop",
];

/** The requests of all three configurations. */
export const FORWARDED: Configuration["requests"] = [
  get("/facts"),
  get("/facts?x=1", ...all),
  get("/leave", ...all),
  get("/folder", ...all),
  get("/login", ...all),
  get("/nothing", ...all),
  get("/facts", "X-Forwarded-For: 1.2.3.4"),
  get("/facts", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 5.6.7.8"),
  get("/facts", "X-Forwarded-For: 1.2.3.4,5.6.7.8 , 10.0.0.1"),
  get("/facts", "X-Forwarded-For: 1.2.3.4, "),
  get("/facts", "X-Forwarded-For:"),
  get("/facts", 'X-Forwarded-For: "[2001:db8::1]", unknown'),
  get("/facts", "X-Forwarded-For: 2001:db8::1, 10.0.0.1"),
  get("/facts", "X-Forwarded-Proto: http"),
  get("/facts", "X-Forwarded-Proto: https, http"),
  get("/facts", "X-Forwarded-Proto: http, https"),
  get("/leave", "X-Forwarded-Proto: https"),
  get("/facts", "X-Forwarded-Host: shop.example:8080"),
  get("/facts", "X-Forwarded-Host: evil.example, shop.example"),
  get("/facts", "X-Forwarded-Host: [2001:db8::1]"),
  get("/facts", "X-Forwarded-Host: [2001:db8::1]:81", "X-Forwarded-Port: 82"),
  get("/facts", "X-Forwarded-Port: 8080"),
  get("/facts", "X-Forwarded-Port: 443", "X-Forwarded-Proto: https"),
  get("/facts", "X-Forwarded-Port: 80"),
  get("/facts", "Host: inner.example:5000", "X-Forwarded-Port: 8443"),
  get("/facts", "Host: inner.example:5000", "X-Forwarded-Proto: https"),
  get("/facts", "X-Forwarded-Prefix: /shop/"),
  get("/facts", "X-Forwarded-For: 1.2.3.4,,10.0.0.1"),
  get("/facts", "X-Forwarded-Prefix: /"),
  get("/facts", "X-Forwarded-Prefix: /a, /b"),
  get("/folder", "X-Forwarded-Prefix: /shop"),
  get("/shop/facts", "X-Forwarded-Prefix: /shop"),
  get("/facts", "Forwarded: for=1.2.3.4;proto=https;host=shop.example"),
];

/** What the proxy in front of the application reports: address and scheme, as by default. */
export const configuration: Configuration = { create: () => behindProxies({}), requests: FORWARDED };
