import { SessionManager } from "latchkey";
import { test } from "vitest";

const keys = "key";
declare const name: string;

test("a name with __Host- and a domain, or a path, do not compile", () => {
  // @ts-expect-error -- browsers refuse such a cookie
  new SessionManager({ keys, cookie: { name: "__Host-sid", domain: "example.org" } });
  // @ts-expect-error -- browsers refuse such a cookie
  new SessionManager({ keys, cookie: { name: "__Host-sid", path: "/app" } });
  // @ts-expect-error -- without a name it is called __Host-Http-session
  new SessionManager({ keys, cookie: { domain: "example.org" } });
  // @ts-expect-error -- the name is not known before it runs
  new SessionManager({ keys, cookie: { name, domain: "example.org" } });
});

test("other names and all other attributes do", () => {
  new SessionManager({ keys, cookie: { name: "sid", domain: "example.org", path: "/app", sameSite: "Strict" } });
  new SessionManager({ keys, cookie: { name: "__Secure-sid", domain: "example.org" } });
  new SessionManager({ keys, cookie: { name: "__Host-sid", path: "/", secure: "auto", partitioned: true } });
  new SessionManager({ keys, cookie: { name } });
});

test("words that are no attribute do not compile", () => {
  // @ts-expect-error -- "Lax", "Strict" or "None"
  new SessionManager({ keys, cookie: { sameSite: "lax" } });
  // @ts-expect-error -- always set
  new SessionManager({ keys, cookie: { httpOnly: false } });
  // @ts-expect-error -- the two clocks are the manager's
  new SessionManager({ keys, cookie: { maxAge: 3600 } });
});
