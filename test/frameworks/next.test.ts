import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchBrowser, ToolbarView } from "../support/browser.ts";
import { root } from "../support/docs/pages.ts";
import { inFolder } from "../support/walk/install-page.ts";
import { Visitor } from "../support/walk/visitor.ts";
import { walkPage } from "../support/walk/walk-page.ts";

// The build must not use the network.
process.env["NEXT_TELEMETRY_DISABLED"] = "1";

/** In Flask's documentation, so anybody may sign with it. */
const PUBLISHED = "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf";

/** What the example does not show. */
const files = {
  "proxy.ts": readFileSync(join(root, "examples/next/proxy.ts"), "utf8").replace(
    '"/(|error)"',
    '"/(|error|test/static)"',
  ),
  "app/test/static/page.tsx": `export default function Page() { return <p>The same for everybody.</p>; }`,
  "app/test/change/page.tsx": `
import { getSession } from "../../../lib/session";
export default async function Page() {
  const session = await getSession();
  const errors = [() => (session.data.color = "red"), () => session.login("eve"), () => session.flashes()].map((change) => {
    try { change(); return "none"; } catch (error) { return (error as { code: string }).code + ": " + (error as Error).message; }
  });
  return <pre>{errors.join("\\n")}</pre>;
}`,
  "app/test/same/page.tsx": `
import { getSession } from "../../../lib/session";
export default async function Page() {
  return <pre>{String((await getSession()) === (await getSession()))}</pre>;
}`,
  "app/test/moved/route.ts": `
import { redirect } from "next/navigation";
import { withSession } from "../../../lib/session";
export const GET = withSession((request, session) => {
  session.data.color = "moved";
  redirect("/me");
});`,
  "app/test/missing/route.ts": `
import { notFound } from "next/navigation";
import { withSession } from "../../../lib/session";
export const GET = withSession((request, session) => {
  session.data.color = "missing";
  notFound();
});`,
  "app/test/failing/[id]/route.ts": `
import type { NextRequest } from "next/server";
import { withSession } from "../../../../lib/session";
export const GET = withSession(async (request: NextRequest, session, context: RouteContext<"/test/failing/[id]">) => {
  session.data.color = (await context.params).id + request.nextUrl.search;
  throw new Error("An error of a route handler.");
});`,
  "app/test/published/route.ts": `
import { SessionManager } from "latchkey";
export function GET() {
  try { new SessionManager({ keys: "${PUBLISHED}" }); return new Response("accepted"); }
  catch (error) { return new Response((error as Error).message); }
}`,
};

walkPage(
  "next",
  [
    {
      title: "the dev server",
      mode: "development",
      command: (port) => ["npm", "run", "dev", "--", "--port", String(port)],
    },
    {
      title: "the build",
      mode: "production",
      command: (port) => ["npm", "start", "--", "--port", String(port)],
      isBehindTls: true,
    },
  ],
  {
    build: ["npm", "run", "build"],
    files,
    more: ({ mode, isBehindTls }, url, folder) => {
      const visitorOf = (): Visitor =>
        new Visitor(url(), isBehindTls === true ? url().replace("http:", "https:") : url());

      test("P4, P3: gives the browser nothing of Latchkey's, and refuses a published key", async () => {
        const isPublic = mode === "development" ? ".next/dev/static" : ".next/static";
        const files = globSync(`${isPublic}/**/*.*`, { cwd: folder() });
        expect(files.length).toBeGreaterThan(3);
        expect(files.filter((file) => file.endsWith(".bin"))).toEqual([]);
        const ours = files.filter((file) =>
          /latchkey\/|LATCHKEY_|__Host-Http/.test(readFileSync(join(folder(), file), "utf8")),
        );
        expect(ours).toEqual([]);
        expect(await visitorOf().read("/test/published")).toMatch(/published/);
      });

      test("a page can only read the session, once for each request", async () => {
        const visitor = visitorOf();
        const text = await visitor.read("/test/change");
        expect(text.match(/session_read_only: /g)?.length).toBeGreaterThanOrEqual(3);
        expect(text).toContain("server action made with action(…)");
        expect(await visitor.read("/test/same")).toContain("<pre>true</pre>");
      });

      test("pain 24, the page of a request does not see what a proxy has put in the session (vvo/iron-session#709): it does, and no cache keeps the answer", async () => {
        const visitor = visitorOf();
        const first = await visitor.get("/");
        expect(await first.text()).toContain("Visit 1");
        expect(first.headers.get("cache-control")).toMatch(/no-store/);
        const fixed = await visitorOf().get("/test/static");
        expect(await fixed.text()).toContain("The same for everybody.");
        expect(fixed.headers.getSetCookie().join()).toContain("session=");
        expect(fixed.headers.get("cache-control")).toMatch(/no-store/);
        // An answer without the session's cookie is not touched.
        expect((await visitor.get("/test/same")).headers.getSetCookie()).toEqual([]);
      });

      test("a server action saves the session before its redirect, and Next.js refuses another site's", async () => {
        const visitor = visitorOf();
        const page = await visitor.read("/");
        const name = /name="(\$ACTION_[^"]+)"/.exec(page)![1]!;
        const send = async (origin: string): Promise<Response> => {
          const body = new FormData();
          body.set(name, "");
          body.set("color", "green");
          const site = origin.startsWith("https://attacker") ? "cross-site" : "same-origin";
          return await visitor.send("/", { method: "POST", headers: { Origin: origin, "Sec-Fetch-Site": site }, body });
        };
        const forged = await send("https://attacker.example");
        expect(forged.status).toBeGreaterThanOrEqual(400);
        expect(forged.headers.getSetCookie()).toEqual([]);
        expect(await visitor.read("/")).not.toMatch(/color:\s*green/);
        const painted = await send(url());
        expect([painted.status, painted.headers.get("location")]).toEqual([303, expect.stringMatching(/\/$/)]);
        expect(painted.headers.getSetCookie().join()).toContain("session=");
        expect(await visitor.read("/")).toMatch(/Painted\.[^]*color:\s*green/);
        expect(await visitor.read("/")).not.toContain("Painted.");
      });

      test("redirect, notFound and errors of a route handler take the cookie along", async () => {
        for (const [path, status, color] of [
          ["/test/moved", 307, "moved"],
          ["/test/missing", 404, "missing"],
          ["/test/failing/seven?a=b", 500, "seven?a=b"],
        ] as const) {
          const visitor = visitorOf();
          const response = await visitor.get(path);
          expect([path, response.status]).toEqual([path, status]);
          expect(response.headers.getSetCookie().join()).toContain("session=");
          expect(await visitor.read("/")).toContain(`value="${color}"`);
        }
      });

      test("Secure: always in production, and in development not for a browser on this machine", async () => {
        const lines = async (headers: Record<string, string>): Promise<string> => {
          const response = await fetch(url(), { headers: { "Sec-Fetch-Site": "none", ...headers } });
          return response.headers.getSetCookie().join();
        };
        const own = await lines({});
        if (mode === "production") expect(own).toMatch(/^__Host-Http-session=.*; Secure/);
        else expect(own).toMatch(/^session=(?!.*; Secure)/);
        // Next.js adds such headers itself; these are of a proxy.
        expect(await lines({ "X-Forwarded-For": "203.0.113.7" })).toMatch(/^__Host-Http-session=.*; Secure/);
      });

      test.each(mode === "development" ? ["what the parts do"] : [])(
        "the toolbar records %s, and none of Next.js's own files",
        async () => {
          const visitor = visitorOf();
          const page = await visitor.read("/");
          await (await fetch(new URL(/\/_next\/[^"]+\.js/.exec(page)![0], url()))).text();
          await visitor.post("/login");
          const latchkey = join(folder(), "node_modules/latchkey/dist/cli/bin.js");
          const list = await inFolder(folder(), process.execPath, [latchkey, "requests", "--json"]);
          expect(list).toContain('"/login"');
          expect(list).not.toContain('"path": "/_next/');
          const last = await inFolder(folder(), process.execPath, [latchkey, "request", "last"]);
          expect(last).toMatch(/POST \/login {2}303/);
          expect(last).toMatch(/Session: /);
        },
      );

      describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
        let browser: Browser;
        beforeAll(async () => void (browser = await launchBrowser()));
        afterAll(async () => await browser?.close());

        test("runs a server action by script, and nothing complains", async () => {
          const page = await browser.newPage();
          const complaints = complaintsOf(page);
          await page.route("**/favicon.ico", async (route) => await route.fulfill({ status: 204 }));
          await page.goto(url(), { waitUntil: "load" });
          await expect.poll(async () => await page.textContent("body")).toMatch(/Visit 1\b/);
          if (mode === "development")
            await expect.poll(async () => await new ToolbarView(page).text()).toContain("debug toolbar");
          await page.fill("input[name=color]", "blue");
          await page.click("text=Paint");
          await expect.poll(async () => await page.textContent("body")).toContain("Painted.");
          await expect.poll(async () => await page.getAttribute("p[style]", "style")).toContain("blue");
          await page.click("text=Log in");
          await expect.poll(async () => await page.textContent("body")).toContain("Welcome, Ada.");
          // Logging in leaves the page, and ends what Next.js is fetching for it.
          expect(complaints.filter((complaint) => !complaint.endsWith("net::ERR_ABORTED"))).toEqual([]);
          await page.close();
        });
      });
    },
  },
);
