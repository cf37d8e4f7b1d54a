import { expect, test } from "vitest";
import { Visitor } from "../support/walk/visitor.ts";
import { walkPage } from "../support/walk/walk-page.ts";

/** A browser that calls procedures. */
class Caller extends Visitor {
  /** Calls a mutation, or several in one batch: "login,visit". */
  async mutate(names: string, headers: Record<string, string> = {}): Promise<Response> {
    const isBatch = names.includes(",");
    return await this.send(`/trpc/${names}${isBatch ? "?batch=1" : ""}`, {
      method: "POST",
      headers: {
        Accept: "*/*",
        "Content-Type": "application/json",
        "Sec-Fetch-Dest": "empty",
        "Sec-Fetch-Site": "same-origin",
        ...headers,
      },
      ...(isBatch ? { body: "{}" } : {}),
    });
  }

  async visit(): Promise<unknown> {
    const { result } = (await (await this.mutate("visit")).json()) as { readonly result: { readonly data: unknown } };
    return result.data;
  }
}

walkPage(
  "trpc",
  [
    { title: "on Express, in development", mode: "development", command: () => ["npm", "run", "dev"] },
    { title: "on Express, in production", mode: "production", command: () => ["npm", "start"] },
    { title: "standalone", mode: "production", command: () => ["npm", "run", "start:standalone"] },
    { title: "by fetch", mode: "production", command: () => ["npm", "run", "start:fetch"] },
  ],
  {
    hasSamePaths: false,
    checkTypes: true,
    more: ({ title, mode }, url) => {
      test("counts visits, logs in, flashes once, and logs out", async () => {
        const caller = new Caller(url());
        expect(await caller.visit()).toEqual({ visits: 1, messages: [] });
        expect((await caller.get("/trpc/me")).status).toBe(401);
        const login = await caller.mutate("login");
        expect([login.status, login.headers.getSetCookie().length]).toEqual([200, 1]);
        expect(await caller.visit()).toEqual({ visits: 2, messages: ["Welcome, Ada."] });
        expect(await caller.visit()).toEqual({ visits: 3, messages: [] });
        expect(await caller.read("/trpc/me")).toContain("You are ada.");
        await caller.mutate("logout");
        expect((await caller.get("/trpc/me")).status).toBe(401);
        expect(await caller.visit()).toEqual({ visits: 1, messages: [] });
      });

      test("saves the session when a procedure throws", async () => {
        const caller = new Caller(url());
        expect((await caller.mutate("error")).status).toBe(500);
        expect(await caller.visit()).toEqual({ visits: 2, messages: [] });
      });

      test("saves what the procedures of one batch have changed", async () => {
        const caller = new Caller(url());
        const batch = await caller.mutate("login,visit");
        expect([batch.status, batch.headers.getSetCookie().length]).toEqual([200, 1]);
        expect(await caller.read("/trpc/me")).toContain("You are ada.");
      });

      test("streams a subscription", async () => {
        const caller = new Caller(url());
        await caller.mutate("login");
        const response = await caller.get("/trpc/clock");
        expect(response.headers.get("content-type")).toContain("text/event-stream");
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        while ((text.match(/data: "\d/g) ?? []).length < 2) {
          const { value, done } = await reader.read();
          expect(done).toBe(false);
          text += value;
        }
        await reader.cancel();
      });

      test("refuses a call of another site, and a cookie that was tampered with", async () => {
        const caller = new Caller(url());
        await caller.mutate("login");
        const forged = await caller.mutate("logout", {
          Origin: "https://attacker.example",
          "Sec-Fetch-Site": "cross-site",
        });
        expect([forged.status, forged.headers.getSetCookie()]).toEqual([500, []]);
        expect(await caller.read("/trpc/me")).toContain("You are ada.");
        const cookie = await caller.cookies();
        const tampered = cookie.slice(0, -9) + (cookie.at(-9) === "A" ? "B" : "A") + cookie.slice(-8);
        expect((await fetch(`${url()}/trpc/me`, { headers: { Cookie: tampered } })).status).toBe(401);
      });

      test("refuses a change when the stream of a batch has begun", async () => {
        const caller = new Caller(url());
        const stream = await caller.mutate("login,visit", { "trpc-accept": "application/jsonl" });
        expect(await stream.text()).toMatch(/"visits":1[\s\S]*The session is closed/);
        expect((await caller.get("/trpc/me")).status).toBe(401);
      });

      if (!title.includes("Express")) return;
      test(mode === "development" ? "shows the toolbar" : "shows no toolbar", async () => {
        expect((await new Visitor(url()).read("/")).includes("/_latchkey/toolbar.js")).toBe(mode === "development");
      });
    },
  },
);
