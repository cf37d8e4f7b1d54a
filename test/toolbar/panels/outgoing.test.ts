import { describe, expect, test } from "vitest";
import type { Finding } from "../../../src/toolbar/index.ts";
import { outgoingPanel, type OutgoingStats } from "../../../src/toolbar/panels/spans/outgoing.ts";
import { recordingOf, times, type SpanSketch } from "./recording-of.ts";

const panel = outgoingPanel();
const collect = (sketches: readonly SpanSketch[]): OutgoingStats =>
  JSON.parse(JSON.stringify(panel.collect(recordingOf(sketches)))) as OutgoingStats;
const findings = (sketches: readonly SpanSketch[]): readonly Finding[] => panel.findings!(collect(sketches));
const request = (url: string, sketch: Partial<SpanSketch> = {}): SpanSketch => ({
  kind: "http",
  label: `GET ${url}`,
  where: "rates.ts:9",
  ...sketch,
  detail: { method: "GET", url, status: 200, ...sketch.detail },
});

test("lists requests with status and size, and servers", () => {
  const stats = collect([
    request("https://api.example/a", { detail: { bytes: 120 } }),
    request("https://other.example:8443/b", { duration: 7 }),
    { kind: "http", label: "POST https://api.example/c", error: "Error: ECONNREFUSED" },
  ]);
  expect(stats).toMatchObject({
    count: 3,
    failed: 1,
    hosts: [
      { host: "api.example", count: 2, totalMs: 2, failed: 1 },
      { host: "other.example:8443", count: 1, totalMs: 7 },
    ],
    requests: [
      { method: "GET", url: "https://api.example/a", status: 200, bytes: 120 },
      {},
      { method: "POST", url: "https://api.example/c", host: "api.example", status: null, bytes: null },
    ],
  });
  expect(JSON.stringify(panel.view(stats))).toContain("✕ Error: ECONNREFUSED");
});

test("without a request, it says so", () => {
  expect(panel.view(collect([]))).toEqual([
    { kind: "text", text: "No request to another server was recorded for this request." },
  ]);
});

describe("findings", () => {
  test("a request that failed, and one that was answered with an error", () => {
    expect(
      findings([
        request("https://a.example/", { error: "Error: ECONNREFUSED", detail: { status: null } }),
        request("https://b.example/", { detail: { status: 503 } }),
      ]),
    ).toEqual([
      { tone: "warn", text: "GET https://a.example/ failed: Error: ECONNREFUSED", where: "rates.ts:9" },
      { tone: "warn", text: "GET https://b.example/ was answered with 503.", where: "rates.ts:9" },
    ]);
  });

  test("requests one after the other", () => {
    expect(findings(times(3, (index) => request(`https://a.example/${index}`)))).toEqual([
      {
        tone: "warn",
        text: "3 requests to a.example ran one after the other, 3.00 ms in all. If none needs the answer of another, send them at the same time.",
        where: "rates.ts:9",
      },
    ]);
  });

  test("the same request twice", () => {
    expect(findings(times(2, () => request("https://a.example/rates"))).map(({ text }) => text)).toEqual([
      "GET https://a.example/rates was requested 2 times, 2.00 ms in all. Ask once, and use the answer again.",
    ]);
  });

  test.each<readonly [string, readonly SpanSketch[]]>([
    ["an answer that says no", [request("https://a.example/", { detail: { status: 404 } })]],
    ["requests at the same time", times(9, (index) => request(`https://a.example/${index}`, { start: 1 }))],
    [
      "requests from different lines",
      times(9, (index) => request(`https://a.example/${index}`, { where: `${index}` })),
    ],
    ["addresses with hidden parts", times(2, () => request("https://a.example/?token=••••••••"))],
    [
      "a request that is sent twice on purpose",
      times(2, () => request("https://a.example/", { label: "POST https://a.example/", detail: { method: "POST" } })),
    ],
  ])("none for %s", (_, sketches) => {
    expect(findings(sketches)).toEqual([]);
  });
});
