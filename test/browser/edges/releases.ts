import { KeyRing, unixNow, type CookieOptions, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { describe, expect, test } from "vitest";
import type { Scene, Stage } from "./scene.ts";

type Cookies = (domain: string) => CookieOptions;

interface Change {
  readonly title: string;
  readonly before: Cookies;
  readonly after: Cookies;
}

const NONE = { name: "sid", sameSite: "None" } as const;
const CHANGES: readonly Change[] = [
  { title: "a Domain is added", before: () => ({ name: "sid" }), after: (domain) => ({ name: "sid", domain }) },
  { title: "the Domain is dropped", before: (domain) => ({ name: "sid", domain }), after: () => ({ name: "sid" }) },
  {
    title: "the Path becomes wider",
    before: () => ({ name: "sid", path: "/app" }),
    after: () => ({ name: "sid", path: "/" }),
  },
  {
    title: "the Path becomes narrower",
    before: () => ({ name: "sid", path: "/" }),
    after: () => ({ name: "sid", path: "/app" }),
  },
  { title: "the cookie becomes partitioned", before: () => NONE, after: () => ({ ...NONE, partitioned: true }) },
  {
    title: "the cookie is partitioned no more",
    before: () => ({ ...NONE, partitioned: true }),
    // The browser does not say which cookie is partitioned, and this release writes none: what was
    // has to be named.
    after: () => ({ ...NONE, formerly: [{ partitioned: true }] }) as CookieOptions,
  },
];

const FOLDER = "/app/deep";
const HALF = 1000;

/** A visitor with the cookie of the release before. */
export function releases(stage: () => Stage): void {
  describe.each(["cookie", "store"])("with sessions in the %s", (place) => {
    describe.each(CHANGES)("when $title between two releases", ({ before, after }) => {
      const begin = (): { scene: Scene; time: { now: number }; next: () => void } => {
        const time = { now: unixNow() };
        const clock = (): number => time.now;
        const keys = new KeyRing(generateSecretKey());
        const common: SessionManagerOptions = { keys, clock, idleTimeout: 2 * HALF };
        const options = { ...common, ...(place === "store" ? { store: new MemoryStore({ clock }) } : {}) };
        const scene = stage().scene("node", (domain) => ({ ...options, cookie: before(domain) }));
        return { scene, time, next: () => scene.app.release({ ...options, cookie: after(scene.domain) }) };
      };

      test("C2: a logout logs out", async () => {
        const { scene, next } = begin();
        await scene.logIn("7", FOLDER);
        next();
        expect(await scene.ask(`${FOLDER}/me`)).toBe("7");
        await scene.ask(`${FOLDER}/logout`);
        expect(await scene.ask(`${FOLDER}/me`)).toBe("nobody");
        expect(await scene.ask(`${FOLDER}/me`)).toBe("nobody");
      });

      test("C2: another login lasts", async () => {
        const { scene, next } = begin();
        await scene.logIn("7", FOLDER);
        next();
        await scene.ask(`${FOLDER}/login?as=8`);
        expect(["8", "nobody"]).toContain(await scene.ask(`${FOLDER}/me`));
        for (let time = 0; time < 3; time++) expect(await scene.ask(`${FOLDER}/me`)).toBe("8");
        await scene.ask(`${FOLDER}/logout`);
        expect(await scene.ask(`${FOLDER}/me`)).toBe("nobody");
        // In a store, the former session ended with the login: its cookie may stay behind, and
        // opens nothing.
        if (place === "cookie") expect(await scene.held("sid", FOLDER)).toBe(0);
      });

      test("C2: one session that the browser holds twice is one session", async () => {
        const { scene, time, next } = begin();
        await scene.logIn("7", FOLDER);
        next();
        time.now += HALF + 1;
        for (let visit = 0; visit < 3; visit++) expect(await scene.ask(`${FOLDER}/me`)).toBe("7");
      });
    });
  });
}
