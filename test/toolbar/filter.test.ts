import { describe, expect, test } from "vitest";
import type { ExchangeSummary } from "../../src/toolbar/exchange-page.ts";
import { parseFilter } from "../../src/toolbar/ui/filter.ts";

function summary(part: Partial<ExchangeSummary>): ExchangeSummary {
  return {
    id: "1",
    sequence: 1,
    method: "GET",
    path: "/",
    status: 200,
    duration: 10,
    startedAt: 0,
    tone: "ok",
    findings: 0,
    finished: true,
    ...part,
  };
}

const REQUESTS = {
  home: summary({ session: "valid", kind: "document" }),
  orders: summary({
    path: "/api/orders",
    duration: 412,
    spans: { sql: 41, redis: 2 },
    findings: 1,
    tone: "warn",
    kind: "fetch",
  }),
  login: summary({ method: "POST", path: "/login", status: 401, session: "rejected", tone: "warn", findings: 1 }),
  broken: summary({ method: "POST", path: "/pay", status: 500, tone: "error", duration: 91, host: "localhost:4000" }),
  later: summary({ path: "/later", status: undefined, finished: false, route: "/later/:id" }),
};

describe("the filter of the list", () => {
  test.each([
    ["", ["home", "orders", "login", "broken", "later"]],
    ["status:>=400", ["login", "broken"]],
    ["status:4xx", ["login"]],
    ["status:200", ["home", "orders"]],
    ["status:400..499", ["login"]],
    ["time:>100", ["orders"]],
    ["time:>0.1s", ["orders"]],
    ["time:<=10ms", ["home", "login", "later"]],
    ["sql:>10", ["orders"]],
    ["redis:2", ["orders"]],
    ["-sql:>10 -status:>=400", ["home", "later"]],
    ["path:/api", ["orders"]],
    ["method:post", ["login", "broken"]],
    ["method:POST path:/pay", ["broken"]],
    ["session:bad", ["login"]],
    ["session:valid", ["home"]],
    ["kind:fetch", ["orders"]],
    ["host:4000", ["broken"]],
    ["route:/later/:id", ["later"]],
    ["error", ["login", "broken"]],
    ["slow", ["orders"]],
    ["findings:>0", ["orders", "login"]],
    ["orders", ["orders"]],
    ["post 401", ["login"]],
    ['"post /pay"', ["broken"]],
    ["-post -later", ["home", "orders"]],
    ["status:", ["home", "orders", "login", "broken", "later"]],
  ])("%s", (text, expected) => {
    const { matches, problem } = parseFilter(text, 400);
    expect(problem).toBeUndefined();
    expect(Object.keys(REQUESTS).filter((name) => matches(REQUESTS[name as keyof typeof REQUESTS]))).toEqual(expected);
  });

  test.each([
    ["stauts:400", "There is no field “stauts”"],
    ["time:soon", "“time:soon” is not a number. Write time:200, time:>=100 or time:10..20."],
    ["sql:>", "“sql:>” is not a number"],
  ])("says what is wrong with %s, and goes on without it", (text, problem) => {
    const filter = parseFilter(`${text} path:/pay`, 400);
    expect(filter.problem).toContain(problem);
    expect(filter.matches(REQUESTS.broken)).toBe(true);
    expect(filter.matches(REQUESTS.home)).toBe(false);
  });
});
