import type { CookieOptions } from "latchkey";
import { expectTypeOf, test } from "vitest";

test("a __Host- cookie cannot be given a domain or a path of its own", () => {
  expectTypeOf<{ name: "sid"; domain: "example.org" }>().toExtend<CookieOptions>();
  expectTypeOf<{ name: "__Secure-sid"; domain: "example.org"; path: "/app" }>().toExtend<CookieOptions>();
  expectTypeOf<{ name: "__Host-sid"; path: "/" }>().toExtend<CookieOptions>();
  expectTypeOf<{ name: string; secure: "auto" }>().toExtend<CookieOptions>();
  expectTypeOf<{ name: "__Host-sid"; domain: "example.org" }>().not.toExtend<CookieOptions>();
  expectTypeOf<{ name: "__Host-sid"; path: "/app" }>().not.toExtend<CookieOptions>();
  expectTypeOf<{ domain: "example.org" }>().not.toExtend<CookieOptions>();
});
