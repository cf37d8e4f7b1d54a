import { flask, type SessionManagerOptions } from "latchkey";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import type { Adapter } from "./cookie-app.ts";
import type { Scene, Stage } from "./scene.ts";

interface Kind {
  readonly title: string;
  readonly adapter: Adapter;
  readonly name: string;
  readonly options: (domain: string) => Omit<SessionManagerOptions, "keys">;
}

/** Sessions with a cookie name that a sibling host can set: without the prefix __Host-. */
const KINDS: readonly Kind[] = [
  { title: "flask()", adapter: "node", name: "session", options: () => ({ format: flask() }) },
  { title: "a name of its own", adapter: "Hono", name: "sid", options: () => ({ cookie: { name: "sid" } }) },
  { title: "a Domain", adapter: "node", name: "sid", options: (domain) => ({ cookie: { name: "sid", domain } }) },
  {
    title: "a store",
    adapter: "Hono",
    name: "sid",
    options: () => ({ cookie: { name: "sid" }, store: new MemoryStore() }),
  },
];

type Plant = (scene: Scene, pair: string) => Promise<void>;

/**
 * A script of the application's own origin can plant a twin that differs from its cookie only in
 * being partitioned. A browser that does not know the attribute takes the expiry of that twin for
 * one of the cookie itself. So an answer may expire it only where it ends the session, or writes it
 * again: the next login does.
 */
const TWIN = "a script, partitioned";

const PLANTS: Readonly<Record<string, Plant>> = {
  "a script, for a deeper path": async (scene, pair) => await scene.setByScript(`${pair}; Path=/app`),
  "a script, for a deeper path with a slash": async (scene, pair) => await scene.setByScript(`${pair}; Path=/app/`),
  "a script, for the parent domain": async (scene, pair) =>
    await scene.setByScript(`${pair}; Domain=${scene.domain}; Path=/`),
  "a script, for the host with its subdomains": async (scene, pair) =>
    await scene.setByScript(`${pair}; Domain=${scene.host}; Path=/`),
  [TWIN]: async (scene, pair) => await scene.setByScript(`${pair}; Path=/; Secure; Partitioned`),
  "a script, partitioned and deeper": async (scene, pair) =>
    await scene.setByScript(`${pair}; Path=/app/deep; Secure; Partitioned`),
  "a sibling, for the parent domain": async (scene, pair) =>
    await scene.setFrom(`evil.${scene.domain}`, `${pair}; Domain=${scene.domain}; Path=/`),
  "a sibling, for a deeper path": async (scene, pair) =>
    await scene.setFrom(`evil.${scene.domain}`, `${pair}; Domain=${scene.domain}; Path=/app`),
  "a subdomain, for the host": async (scene, pair) =>
    await scene.setFrom(`evil.${scene.host}`, `${pair}; Domain=${scene.host}; Path=/`),
};

/** A login and a logout together with a planted session. One of each kind is enough. */
const SORTS = ["a script, for a deeper path", TWIN, "a sibling, for the parent domain", "a subdomain, for the host"];
/**
 * A neighbour that writes the very scope of the application's own cookie replaces it. No answer can
 * tell the two apart.
 */
const REPLACES = { kind: "a Domain", plant: "a sibling, for the parent domain" };

const FOLDER = "/app/deep";

/** A cookie of the session's name that another host has set: the visitor stays logged in. */
export function plantedCookies(stage: () => Stage): void {
  describe.each(KINDS)("with $title on $adapter", (kind) => {
    const plants = Object.entries(PLANTS).filter(([plant]) => kind.title !== REPLACES.kind || plant !== REPLACES.plant);
    const sorts = plants.filter(([plant]) => SORTS.includes(plant));

    test.each(plants.filter(([plant]) => plant !== TWIN))(
      "C1: an attacker's session planted by %s is gone after one request",
      async (_, plant) => {
        const scene = stage().scene(kind.adapter, kind.options);
        await scene.logIn("victim");
        await plant(scene, await scene.sessionOf("attacker"));
        await scene.visit();
        expect(await scene.ask(`${FOLDER}/me`)).not.toBe("attacker");
        expect(await scene.ask(`${FOLDER}/me`)).toBe("victim");
        expect(await scene.ask("/me")).toBe("victim");
        expect(await scene.held(kind.name, FOLDER)).toBe(1);
        await scene.ask(`${FOLDER}/logout`);
        expect(await scene.ask(`${FOLDER}/me`)).toBe("nobody");
        expect(await scene.ask("/me")).toBe("nobody");
      },
    );

    test("C1: a session planted as a partitioned twin gives no session, and is gone after the next login", async () => {
      const scene = stage().scene(kind.adapter, kind.options);
      await scene.logIn("victim");
      await PLANTS[TWIN]!(scene, await scene.sessionOf("attacker"));
      await scene.visit();
      for (let request = 0; request < 3; request++)
        expect(["victim", "nobody"]).toContain(await scene.ask(`${FOLDER}/me`));
      await scene.ask("/login?as=victim");
      for (let request = 0; request < 3; request++) expect(await scene.ask(`${FOLDER}/me`)).toBe("victim");
      expect(await scene.held(kind.name, FOLDER)).toBe(1);
      await scene.ask("/logout");
      expect(await scene.ask("/me")).toBe("nobody");
    });

    test.each(sorts)("C1: a login holds although a session was planted before by %s", async (_, plant) => {
      const scene = stage().scene(kind.adapter, kind.options);
      await plant(scene, await scene.sessionOf("attacker"));
      await scene.logIn("victim");
      expect(["victim", "nobody"]).toContain(await scene.ask(`${FOLDER}/me`));
      expect(await scene.ask(`${FOLDER}/me`)).toBe("victim");
      expect(await scene.ask("/me")).toBe("victim");
    });

    test.each(sorts)("C1: a logout logs out although a session was planted just before by %s", async (_, plant) => {
      const scene = stage().scene(kind.adapter, kind.options);
      await scene.logIn("victim");
      await plant(scene, await scene.sessionOf("attacker"));
      await scene.visit();
      await scene.ask(`${FOLDER}/logout`);
      expect(await scene.ask(`${FOLDER}/me`)).toBe("nobody");
      expect(await scene.ask("/me")).toBe("nobody");
    });

    test("C1: another site can neither plant a session nor end one by a request without the cookie", async () => {
      const scene = stage().scene(kind.adapter, kind.options);
      await scene.logIn("victim");
      await scene.setFrom(scene.otherSite, `${await scene.sessionOf("attacker")}; Domain=${scene.domain}; Path=/`);
      for (const path of ["/me", "/health", `${FOLDER}/me`]) await scene.sendFromThisPage(path);
      await scene.visit();
      expect(await scene.ask("/me")).toBe("victim");
      expect(await scene.ask(`${FOLDER}/me`)).toBe("victim");
    });

    test("C1: five planted sessions at once are gone after one request", async () => {
      const scene = stage().scene(kind.adapter, kind.options);
      await scene.logIn("victim");
      for (const path of ["/app", "/app/", "/app/deep", "/app/deep/"]) {
        await scene.setByScript(`${await scene.sessionOf("attacker")}; Path=${path}`);
      }
      await scene.setFrom(
        `evil.${scene.domain}`,
        `${await scene.sessionOf("attacker")}; Domain=${scene.domain}; Path=/app/deep`,
      );
      await scene.visit();
      expect(await scene.ask(`${FOLDER}/me`)).toBe("nobody");
      expect(await scene.ask(`${FOLDER}/me`)).toBe("victim");
      expect(await scene.held(kind.name, FOLDER)).toBe(1);
    });

    test("C1: more cookies of the name than are looked at do not end the visitor's session", async () => {
      const scene = stage().scene(kind.adapter, kind.options);
      await scene.logIn("victim");
      const lines = Array.from({ length: 70 }, (_, depth) => `${kind.name}=${depth}; Path=${"/a".repeat(depth + 1)}`);
      await stage().tab.evaluate(`${JSON.stringify(lines)}.forEach((line) => { document.cookie = line; })`);
      expect(await scene.ask(`${"/a".repeat(70)}/me`)).not.toBe("attacker");
      expect(await scene.ask("/me")).toBe("victim");
    });
  });
}
