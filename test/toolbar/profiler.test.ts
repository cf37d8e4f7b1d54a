import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { debugToolbar } from "../../src/adapters/node/toolbar.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type Block, type ExchangePage, type ExchangeSummary } from "../../src/toolbar/index.ts";
import { readProfile } from "../../src/toolbar/profiler/flame-rows.ts";
import type { CpuProfile } from "../../src/toolbar/profiler/cpu-profile.ts";

const undo: (() => void)[] = [];
afterEach(() => {
  for (const run of undo.splice(0)) run();
});

/** Work that a profile must see. */
function hotLoopOfTheTest(until: number): number {
  let sum = 0;
  while (performance.now() < until) for (let n = 0; n < 1_000; n++) sum += Math.sqrt(n);
  return sum;
}

interface Site {
  readonly toolbar: Toolbar;
  readonly get: (path: string) => Promise<Response>;
  /** Asks the toolbar's own pages. */
  readonly ask: (path: string, token?: string) => Promise<Response>;
  readonly record: (path: string) => Promise<ExchangePage>;
}

async function site(): Promise<Site> {
  const toolbar = new Toolbar({ keys: generateSecretKey() });
  const show = debugToolbar(toolbar);
  const server: Server = createServer((request, response) => {
    show(request, response, () => {
      if (request.url?.startsWith("/slow")) hotLoopOfTheTest(performance.now() + 60);
      response.setHeader("Content-Type", "text/html").end("<p>ok</p>");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  undo.push(() => {
    toolbar.close();
    server.close();
    server.closeAllConnections();
  });
  const page = await (await fetch(`${url}/_latchkey/`)).text();
  const all = new URLSearchParams(/toolbar\.js\?([^"]+)"/.exec(page)![1]!.replaceAll("&amp;", "&")).get("token")!;
  const ask = async (path: string, token: string = all): Promise<Response> =>
    await fetch(`${url}/_latchkey${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams({ token }).toString()}`);
  return {
    toolbar,
    ask,
    get: async (path) => await fetch(url + path, { headers: { accept: "text/html" } }),
    record: async (path) => {
      const find = (): ExchangeSummary | undefined => toolbar.exchanges.find((each) => each.path === path);
      await expect.poll(() => find()?.finished).toBe(true);
      return toolbar.page(find()!.id)!;
    },
  };
}

const blocksOf = (page: ExchangePage): readonly Block[] => page.panels.find(({ id }) => id === "profiler")!.blocks;

describe("the profiler", () => {
  test("X10: profiles exactly the next request that fits, with its functions and lines", async () => {
    const { get, ask, record } = await site();
    const armed = await ask("/profile?method=GET&path=%2Fslow");
    expect(armed.status).toBe(200);
    expect(JSON.stringify(await armed.json())).toContain("The next GET /slow from your address is profiled");
    await (await get("/other")).text();
    expect(blocksOf(await record("/other")).some(({ kind }) => kind === "flame")).toBe(false);
    await (await get("/slow")).text();
    const page = await record("/slow");
    const flame = blocksOf(page).find((block) => block.kind === "flame")!;
    // V8 shows a function that it has inlined as a part of its caller, and a collection splits a
    // call.
    const own = flame.rows.filter(({ where }) => /^test\/toolbar\/profiler\.test\.ts:\d+$/.test(where ?? ""));
    expect(Math.max(...own.map(({ start, duration }) => start + duration)) - own[0]!.start).toBeGreaterThan(20);
    expect(flame.rows.every(({ start, duration }) => start >= 0 && start + duration <= flame.total + 0.01)).toBe(true);
    expect(JSON.stringify(blocksOf(page))).toContain("What ran longest");
    // The time that it takes to start a profile is not the request's.
    expect(page.summary.duration).toBeCloseTo(flame.total, 5);
  });

  test("X10: the file is a .cpuprofile, for those who may read the record", async () => {
    const { get, ask, record } = await site();
    await ask("/profile");
    await (await get("/slow?1")).text();
    const page = await record("/slow");
    const { path } = blocksOf(page).find((block) => block.kind === "download")!;
    const file = await ask(path);
    expect(file.headers.get("content-disposition")).toContain("request.cpuprofile");
    const profile = (await file.json()) as CpuProfile;
    expect(profile.samples!.length).toBe(profile.timeDeltas!.length);
    expect(profile.nodes.some(({ callFrame }) => callFrame.url.endsWith("profiler.test.ts"))).toBe(true);
    // A page that was sent later may not read what came before it.
    const token = await tokenOfLaterPage(get);
    expect((await ask(path, token)).status).toBe(404);
    expect((await ask(path, "forged")).status).toBe(404);
    expect((await ask("/exchanges/00000000-0000-4000-8000-000000000000/profile")).status).toBe(404);
  });

  test("runs once, one at a time, and tells of the requests that ran beside it", async () => {
    const { get, ask, record } = await site();
    await ask("/profile?path=%2Fslow%2F%3Aname");
    await Promise.all(["/slow/a", "/slow/b", "/c"].map(async (path) => await (await get(path)).text()));
    const pages = await Promise.all(["/slow/a", "/slow/b", "/c"].map(record));
    const profiled = pages.filter((page) => blocksOf(page).some(({ kind }) => kind === "flame"));
    expect(profiled).toHaveLength(1);
  });

  test.each(["/profile?method=get", "/profile?path=slow", "/profile?method=A+B"])("%s is refused", async (path) => {
    const { ask } = await site();
    expect((await ask(path)).status).toBe(404);
  });

  test("nothing is profiled unless somebody with a token has asked for it", async () => {
    const { get, ask, record } = await site();
    expect((await ask("/profile", "forged")).status).toBe(404);
    await (await get("/slow")).text();
    const blocks = blocksOf(await record("/slow"));
    expect(blocks[0]).toMatchObject({ kind: "text", text: expect.stringContaining("was not profiled") as unknown });
    expect(blocks.filter(({ kind }) => kind === "ask")).toEqual([
      { kind: "ask", label: "Profile the next GET /slow", path: "/profile?method=GET&path=%2Fslow" },
      expect.objectContaining({ path: "/profile" }),
    ]);
  });
});

async function tokenOfLaterPage(get: Site["get"]): Promise<string> {
  const response = await get("/later");
  const text = await response.text();
  const address = /src="([^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
  return new URLSearchParams(address!.split("?")[1]).get("token")!;
}

describe("reading a profile", () => {
  const node = (id: number, functionName: string, children: readonly number[] = [], url = "file:///app/a.js") => ({
    id,
    callFrame: { functionName, url, lineNumber: id },
    children,
  });
  const profile: CpuProfile = {
    startTime: 1_000,
    endTime: 11_000,
    nodes: [
      node(1, "(root)", [2, 5, 6], ""),
      node(2, "outer", [3], "file:///app/a.js"),
      node(3, "inner", [4]),
      node(4, "emit", [7], "node:events"),
      node(5, "(idle)", [], ""),
      node(6, "(garbage collector)", [], ""),
      node(7, "", []),
    ],
    samples: [2, 3, 7, 5, 3, 6],
    timeDeltas: [0, 1_000, 1_000, 2_000, 2_000, 2_000],
  };
  const read = readProfile(profile, {
    from: 1_000,
    total: 10,
    placeOf: (url, line) => (url.startsWith("file:") ? `${url.slice(12)}:${line}` : ""),
  });

  test("joins samples in a row to calls, and leaves out Node and the time in which nothing ran", () => {
    expect(read.rows).toEqual([
      { label: "outer", where: "a.js:3", start: 0, duration: 4, depth: 0 },
      { label: "inner", where: "a.js:4", start: 1, duration: 3, depth: 1 },
      { label: "(anonymous)", where: "a.js:8", start: 2, duration: 2, depth: 2 },
      { label: "outer", where: "a.js:3", start: 6, duration: 2, depth: 0 },
      { label: "inner", where: "a.js:4", start: 6, duration: 2, depth: 1 },
      { label: "(garbage collector)", start: 8, duration: 2, depth: 0 },
    ]);
    expect(read.busy).toBe(6);
    expect(read.hot[0]).toEqual({ label: "inner", where: "a.js:4", self: 3 });
  });

  test("a deep recursion and many calls are bounded", () => {
    const count = 20_000;
    const deep: CpuProfile = {
      startTime: 0,
      endTime: 10_000,
      nodes: Array.from({ length: count }, (_, n) =>
        node(n + 1, n === 0 ? "(root)" : "f", n + 1 < count ? [n + 2] : []),
      ),
      samples: [3_000, 1, 3_000],
      timeDeltas: [0, 1_000, 1_000],
    };
    expect(readProfile(deep, { from: 0, total: 10, placeOf: () => "" }).rows).toHaveLength(1_000);
  });
});
