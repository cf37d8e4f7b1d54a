import { createServer } from "node:http";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar } from "latchkey/node";
import { Toolbar, type ToolbarOptions } from "latchkey/toolbar";
import { afterEach, describe, expect, test, vi } from "vitest";
import { readPolicy } from "../../src/toolbar/serve/content-security-policy.ts";
import { served } from "../support/frameworks.ts";
import { NAVIGATES, recordedAt, recordOf, runScript, visit } from "../support/toolbar-client.ts";

const PAGE = "<!doctype html><html><body>hello</body></html>";
const NOT_RUN = /^the browser did not run the script within 2 seconds: /;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Served {
  readonly toolbar: Toolbar;
  readonly url: string;
  readonly warnings: readonly string[];
}

async function start(
  headers: Readonly<Record<string, string>> = {},
  page = PAGE,
  options: Partial<ToolbarOptions> = {},
): Promise<Served> {
  const toolbar = new Toolbar({ keys: generateSecretKey(), ...options });
  const show = debugToolbar(toolbar);
  const server = createServer((request, response) =>
    show(request, response, () => void response.writeHead(200, { "Content-Type": "text/html", ...headers }).end(page)),
  );
  const { url, close } = await served(server.listen(0, "127.0.0.1"));
  const warnings: string[] = [];
  const listener = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", listener);
  ends.push(
    () => process.off("warning", listener),
    close,
    () => toolbar.close(),
  );
  return { toolbar, url, warnings };
}

describe("B9: a service worker", () => {
  /** What Chromium sends for `event.respondWith(fetch(event.request))`. */
  const PASSED_ON = { "sec-fetch-dest": "empty", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };

  test("that passes a navigation on gets the page with the toolbar", async () => {
    const { url } = await start();
    const { script } = await visit(url, PASSED_ON);
    expect((await runScript(script!)).summary.path).toBe("/");
  });

  test.each([
    [
      "that asks anew",
      { ...PASSED_ON, "sec-fetch-mode": "cors" },
      'the page asked for it as "empty", by fetch or by a service worker that asks anew, not as a document',
    ],
    [
      "a fetch of JSON",
      { ...PASSED_ON, "sec-fetch-mode": "cors", accept: "*/*" },
      'the page asked for it as "empty", not as a document',
    ],
    [
      "a fragment for htmx",
      { ...PASSED_ON, "hx-request": "true" },
      "the header hx-request marks it as a part of a page",
    ],
    [
      "a frame of Turbo",
      { ...PASSED_ON, "turbo-frame": "cart" },
      "the header turbo-frame marks it as a part of a page",
    ],
    [
      "a page for Turbo Drive",
      { ...PASSED_ON, "sec-fetch-mode": "same-origin", "x-turbo-request-id": "1" },
      'the page asked for it as "empty", by fetch or by a service worker that asks anew, not as a document',
    ],
  ])("%s gets none, and the record says why", async (_, headers, reason) => {
    const { url, toolbar } = await start();
    expect((await visit(url, headers)).text).toBe(PAGE);
    expect((await recordedAt(toolbar, "/")).notShown).toBe(reason);
  });
});

describe("B9: a page that the browser does not run the script of", () => {
  test("says so in the record, in the list and once on standard error", async () => {
    const { url, toolbar, warnings } = await start({}, `${PAGE}<!-- never closed`);
    for (const path of ["/1", "/2"]) await visit(url + path);
    await expect.poll(() => toolbar.exchanges.filter(({ notShown }) => NOT_RUN.test(notShown ?? "")).length).toBe(2);
    const { id } = await recordedAt(toolbar, "/1");
    expect(JSON.stringify(toolbar.page(id))).toContain("inside a comment");
    expect(toolbar.exchanges.map(({ path }) => path)).toEqual(["/2", "/1"]);
    expect(warnings.filter((text) => text.includes("did not run the script"))).toHaveLength(1);
  });

  test("says whether the browser has loaded the script", async () => {
    const { url, toolbar } = await start();
    const { script } = await visit(`${url}/loaded`);
    await (await fetch(script!)).text();
    await visit(`${url}/not-loaded`);
    await expect.poll(() => toolbar.exchanges[0]?.notShown).toMatch(/: it did not load it\..* set the option base$/);
    expect((await recordedAt(toolbar, "/loaded")).notShown).toMatch(/: it only loaded it\./);
  });

  test("does not say so where the script runs", async () => {
    const { url, toolbar } = await start();
    const { script } = await visit(`${url}/runs`);
    await runScript(script!);
    // The page before it is the clock of this test.
    await visit(`${url}/runs-not`);
    await expect.poll(() => toolbar.exchanges[0]?.notShown).toMatch(NOT_RUN);
    expect((await recordedAt(toolbar, "/runs")).notShown).toBeUndefined();
  });

  test("that was loaded in advance is no news on standard error", async () => {
    const { url, toolbar, warnings } = await start();
    await visit(`${url}/ahead`, { "sec-purpose": "prefetch" });
    await expect.poll(() => toolbar.exchanges[0]?.notShown).toMatch(/^the browser loaded the page in advance/);
    expect(warnings).toEqual([]);
  });

  test("takes it back when the script runs late", async () => {
    const { url, toolbar } = await start();
    const { script } = await visit(`${url}/late`);
    await expect.poll(() => toolbar.exchanges[0]?.notShown).toMatch(NOT_RUN);
    await runScript(script!);
    const { id, notShown } = await recordedAt(toolbar, "/late");
    expect(notShown).toBeUndefined();
    expect(JSON.stringify(toolbar.page(id))).not.toContain("did not run the script");
  });

  test("does not believe another page that reads the record", async () => {
    const { url, toolbar } = await start();
    const first = await visit(`${url}/first`);
    await runScript(first.script!);
    const { script } = await visit(`${url}/second`);
    const foreign = new URL(recordOf(script!));
    foreign.searchParams.set("token", new URL(first.script!).searchParams.get("token")!);
    expect((await fetch(foreign)).status).toBe(200);
    await expect.poll(() => toolbar.exchanges[0]?.notShown).toMatch(NOT_RUN);
  });

  test("says nothing on standard error of a client that is no browser", async () => {
    const { url, toolbar, warnings } = await start();
    await new Promise<void>((resolve, reject) => {
      void import("node:http").then(({ get }) =>
        get(url, { headers: { accept: "text/html" } }, (response) => void response.resume().on("end", resolve)).on(
          "error",
          reject,
        ),
      );
    });
    await expect.poll(() => toolbar.exchanges[0]?.notShown).toMatch(NOT_RUN);
    expect(warnings.filter((text) => text.includes("did not run"))).toEqual([]);
  });

  test("does not bring a record back that was dropped meanwhile, nor drops a newer one", async () => {
    const { toolbar, url } = await start({}, PAGE, { history: 5, historyFile: false });
    for (let page = 0; page < 8; page++) await visit(`${url}/page/${page}`);
    for (let call = 0; call < 4; call++) await visit(`${url}/call/${call}`, { "sec-fetch-mode": "cors" });
    const paths = (): readonly string[] => toolbar.exchanges.map(({ path }) => path);
    const stored = ["/call/3", "/call/2", "/call/1", "/call/0", "/page/7"];
    expect(paths()).toEqual(stored);
    await expect.poll(() => toolbar.exchanges.at(-1)?.notShown, { timeout: 10_000 }).toMatch(NOT_RUN);
    expect(paths()).toEqual(stored);
  });

  test("keeps no process alive with its one timer, which ends with close()", async () => {
    const { url, toolbar } = await start();
    const timers: NodeJS.Timeout[] = [];
    const set = vi.spyOn(globalThis, "setTimeout");
    const clear = vi.spyOn(globalThis, "clearTimeout");
    ends.push(
      () => set.mockRestore(),
      () => clear.mockRestore(),
    );
    for (const path of ["/1", "/2", "/3"]) await visit(url + path);
    await expect.poll(() => toolbar.exchanges.length).toBe(3);
    for (const [index, [, delay]] of set.mock.calls.entries())
      if (delay === 2_000) timers.push(set.mock.results[index]!.value as NodeJS.Timeout);
    expect(timers.map((timer) => timer.hasRef())).toEqual([false]);
    toolbar.close();
    expect(clear).toHaveBeenCalledWith(timers[0]);
  });
});

describe("B16: a policy that only reports", () => {
  const REPORTS = "Content-Security-Policy-Report-Only";

  test("lends its nonce to the script, so that nothing is reported", async () => {
    const policy = "default-src 'self'; script-src 'nonce-abc123'; report-uri /csp";
    const { text } = await visit((await start({ [REPORTS]: policy })).url);
    expect(text).toMatch(/<script [^>]*nonce="abc123"><\/script>\n$/);
  });

  test("without a nonce for the script, keeps the toolbar off the page, with the reason", async () => {
    const { url, toolbar, warnings } = await start({ [REPORTS]: "script-src 'none'; report-uri /csp" });
    expect((await visit(url)).text).toBe(PAGE);
    const reason = /^the page's Content-Security-Policy-Report-Only would report the script, .*Fix: /;
    expect((await recordedAt(toolbar, "/")).notShown).toMatch(reason);
    await expect.poll(() => warnings.join()).toContain("Content-Security-Policy-Report-Only");
  });

  test.each<[string | undefined, string, ReturnType<typeof readPolicy>]>([
    [undefined, "script-src 'self'", { mayRunScript: true, nonce: undefined, mayConnect: true, isReported: false }],
    [
      "script-src 'nonce-a'",
      "script-src 'nonce-b'",
      { mayRunScript: true, nonce: "a", mayConnect: true, isReported: true },
    ],
    [
      "script-src 'self'",
      "script-src 'nonce-b'",
      { mayRunScript: true, nonce: "b", mayConnect: true, isReported: false },
    ],
    [
      "script-src 'nonce-a' 'nonce-b'",
      "script-src 'nonce-b'",
      { mayRunScript: true, nonce: "b", mayConnect: true, isReported: false },
    ],
    [undefined, "connect-src 'none'", { mayRunScript: true, nonce: undefined, mayConnect: false, isReported: false }],
    [undefined, "sandbox", { mayRunScript: true, nonce: undefined, mayConnect: true, isReported: false }],
    [
      undefined,
      "script-src https://cdn.example",
      { mayRunScript: true, nonce: undefined, mayConnect: true, isReported: true },
    ],
  ])("%j and %j", (enforced, reporting, expected) => {
    expect(readPolicy(enforced, reporting)).toEqual(expected);
  });
});

test("B9: a policy that forbids the script is said on standard error, once", async () => {
  const { url, toolbar, warnings } = await start({ "Content-Security-Policy": "default-src 'none'" });
  for (const path of ["/1", "/2"]) await visit(url + path);
  expect((await recordedAt(toolbar, "/2")).notShown).toMatch(/Content-Security-Policy allows no script.*Fix: /);
  await expect.poll(() => warnings.filter((text) => text.includes("allows no script"))).toHaveLength(1);
});

test("B9: what is no page is no news on standard error", async () => {
  const { url, toolbar, warnings } = await start({ "Content-Type": "application/json" });
  await visit(url, NAVIGATES);
  expect((await recordedAt(toolbar, "/")).notShown).toBe("the answer is not text/html");
  expect(warnings).toEqual([]);
});
