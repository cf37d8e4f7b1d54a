import { flask, KeyRing, unixNow, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import { CookieApp, type Adapter } from "./cookie-app.ts";
import type { Scene, Stage } from "./scene.ts";

const IDLE = 3600;
const ADAPTERS: readonly { readonly adapter: Adapter; readonly places: readonly string[] }[] = [
  { adapter: "node", places: ["cookie", "store"] },
  { adapter: "Hono", places: ["flask() cookie", "store"] },
];
const SLOW = ["/slow", "/slow?look"];

/**
 * Answers that arrive after a login, a renewal or a logout, and a neighbour on another port: none
 * takes the visitor's session away.
 */
export function lateAnswers(stage: () => Stage): void {
  describe.each(ADAPTERS)("on $adapter", ({ adapter, places }) => {
    describe.each(places)("with sessions in a %s", (place) => {
      const begin = (): { scene: Scene; time: { now: number } } => {
        const time = { now: unixNow() };
        const clock = (): number => time.now;
        const where =
          place === "store" ? { store: new MemoryStore({ clock }) } : place === "cookie" ? {} : { format: flask() };
        return {
          scene: stage().scene(adapter, () => ({ clock, idleTimeout: IDLE, cookie: { name: "sid" }, ...where })),
          time,
        };
      };

      test.each(SLOW)("C3: a late answer to %s, with an expired cookie, leaves a login alone", async (slow) => {
        const { scene, time } = begin();
        await scene.logIn("7");
        time.now += IDLE + 100;
        const { late } = await scene.beginSlow(slow);
        await scene.ask("/login?as=ada");
        await late();
        expect(await scene.ask("/me")).toBe("ada");
        expect(await scene.ask("/me")).toBe("ada");
      });

      test.each(SLOW)(
        "C3: a late answer to %s, with a cookie that says nothing, leaves a login alone",
        async (slow) => {
          const { scene } = begin();
          await scene.setByScript("sid=nothing; Path=/");
          const { late } = await scene.beginSlow(slow);
          await scene.ask("/login?as=ada");
          await late();
          expect(await scene.ask("/me")).toBe("ada");
          expect(await scene.ask("/me")).toBe("ada");
        },
      );

      test("C3: an application on another port of the host leaves the session alone", async () => {
        const { scene } = begin();
        const { hosts, otherPort, tab } = stage();
        const options: SessionManagerOptions = { keys: generateSecretKey(), cookie: { name: "sid" } };
        const neighbours = [
          new CookieApp(adapter, options),
          new CookieApp(adapter, { ...options, store: new MemoryStore() }),
        ];
        await scene.logIn("ada");
        for (const { listener } of neighbours) {
          otherPort.serve(scene.host, listener);
          for (const path of ["/health", "/me"]) {
            await tab.goto(otherPort.url(scene.host, path));
            await tab.goto(hosts.url(scene.host, "/page"));
            expect(await scene.ask("/me")).toBe("ada");
          }
        }
      });
    });

    describe("with a touch due, and a store", () => {
      const begin = (): { scene: Scene; time: { now: number } } => {
        const time = { now: unixNow() };
        const clock = (): number => time.now;
        const scene = stage().scene(adapter, () => ({
          clock,
          idleTimeout: IDLE,
          cookie: { name: "sid" },
          store: new MemoryStore({ clock }),
        }));
        return { scene, time };
      };

      test.each(SLOW)("C4: a late answer to %s leaves a login alone", async (slow) => {
        const { scene, time } = begin();
        await scene.visit();
        await scene.ask("/visit");
        time.now += IDLE / 2 + 100;
        const { late } = await scene.beginSlow(slow);
        await scene.ask("/login?as=ada");
        await late();
        expect(await scene.ask("/me")).toBe("ada");
        time.now += 100;
        expect(await scene.ask("/me")).toBe("ada");
        await scene.ask("/logout");
        expect(await scene.ask("/me")).toBe("nobody");
      });

      test.each(SLOW)("C4: a late answer to %s leaves a renewal alone", async (slow) => {
        const { scene, time } = begin();
        await scene.logIn("ada");
        time.now += IDLE / 2 + 100;
        const { late } = await scene.beginSlow(slow);
        await scene.ask("/renew");
        await late();
        time.now += 100;
        expect(await scene.ask("/me")).toBe("ada");
      });

      test.each(SLOW)("C4: a late answer to %s leaves a logout alone", async (slow) => {
        const { scene, time } = begin();
        await scene.logIn("ada");
        time.now += IDLE / 2 + 100;
        const { late } = await scene.beginSlow(slow);
        await scene.ask("/logout");
        await late();
        expect(await scene.ask("/me")).toBe("nobody");
        expect(await scene.held("sid")).toBe(0);
      });
    });

    test.each(SLOW)("C4: after a key rotation, a late answer to %s leaves a login in a store alone", async (slow) => {
      const [old, current] = [generateSecretKey(), generateSecretKey()];
      const options = { store: new MemoryStore(), cookie: { name: "sid" } } as const;
      const scene = stage().scene(adapter, () => ({ ...options, keys: old }));
      await scene.visit();
      await scene.ask("/visit");
      scene.app.release({ ...options, keys: new KeyRing(current, [old]) });
      const { late } = await scene.beginSlow(slow);
      await scene.ask("/login?as=ada");
      await late();
      expect(await scene.ask("/me")).toBe("ada");
      expect(await scene.ask("/me")).toBe("ada");
    });
  });
}
