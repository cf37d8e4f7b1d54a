import { afterEach, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type ToolbarRequest } from "../../src/toolbar/index.ts";
import { memoryPanel } from "../../src/toolbar/panels/memory.ts";

const REQUEST: ToolbarRequest = {
  method: "GET",
  url: "/",
  header: () => undefined,
  headers: [],
  remoteAddress: "127.0.0.1",
  httpVersion: "1.1",
};
const open: Toolbar[] = [];
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
});

describe("the panel Memory", () => {
  test("has the heap before and after, what was collected, and how long the loop was blocked", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey() });
    open.push(toolbar);
    const panel = memoryPanel();
    const exchange = toolbar.begin(REQUEST, {})!;
    panel.begin!(exchange);
    const kept: unknown[] = [];
    for (let round = 0; round < 40; round++) kept.push(Array.from({ length: 20_000 }, (_, n) => ({ n })));
    const until = performance.now() + 120;
    while (performance.now() < until) kept.length = 1;
    // Node reports a collection a moment after it, and a response ends a moment after its handler.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const stats = panel.collect(exchange);
    panel.close!();
    expect(stats.heapBefore).toBeGreaterThan(1_000_000);
    expect(stats.heapAfter).toBeGreaterThan(1_000_000);
    expect(stats.collections!.length).toBeGreaterThan(0);
    for (const { start, duration } of stats.collections!) expect(Math.min(start, duration)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...stats.delays.map(({ duration }) => duration))).toBeGreaterThan(80);
    const text = JSON.stringify(panel.view(stats));
    expect(text).toContain("All of this is of the whole process");
    expect(text).toContain("Longest delay of the event loop");
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });

  test("what was before the request is not in it", async () => {
    const toolbar = new Toolbar({ keys: generateSecretKey() });
    open.push(toolbar);
    const panel = memoryPanel();
    const first = toolbar.begin(REQUEST, {})!;
    panel.begin!(first);
    const until = performance.now() + 100;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const second = toolbar.begin(REQUEST, {})!;
    panel.begin!(second);
    expect(panel.collect(second).delays.every(({ duration }) => duration < 80)).toBe(true);
    panel.close!();
  });
});

test("the heap before is what was seen last, so it has all that was there before the request", async () => {
  const toolbar = new Toolbar({ keys: generateSecretKey() });
  open.push(toolbar);
  const panel = memoryPanel();
  const first = toolbar.begin(REQUEST, {})!;
  panel.begin!(first);
  // 100 MB, so that what is collected meanwhile does not matter.
  const kept = Array.from({ length: 13 }, () => Array.from({ length: 1_000_000 }, (_, n) => n + 0.5));
  await new Promise((resolve) => setTimeout(resolve, 60));
  const second = toolbar.begin(REQUEST, {})!;
  panel.begin!(second);
  const [before, then] = [panel.collect(first).heapBefore!, panel.collect(second).heapBefore!];
  panel.close!();
  expect(kept).toHaveLength(13);
  expect(then - before).toBeGreaterThan(60_000_000);
});
