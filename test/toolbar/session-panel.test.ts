import { channel } from "node:diagnostics_channel";
import { SessionManager } from "latchkey";
import { afterEach, describe, expect, test } from "vitest";
import {
  CHANNELS,
  type CommitAction,
  type RejectionReason,
  type SessionCommitted,
  type SessionLoaded,
} from "../../src/diagnostics.ts";
import { generateDevelopmentKey, generateSecretKey } from "../../src/keys/generate.ts";
import { KeyRing } from "../../src/keys/key-ring.ts";
import { Toolbar, type Block, type PanelView, type ToolbarRequest } from "../../src/toolbar/index.ts";

const NOW = 1_800_000_000;
const current = generateSecretKey();
const keys = new KeyRing(current, ["a weak key of yesterday"]);
const [currentKey, oldKey] = [...keys] as [KeyRing["current"], KeyRing["current"]];

const toolbars: Toolbar[] = [];
afterEach(() => {
  for (const toolbar of toolbars.splice(0)) toolbar.close();
});

const loaded = (more: Partial<SessionLoaded> = {}): SessionLoaded => ({
  cookieName: "session",
  format: "flask",
  verdict: "valid",
  bytes: 612,
  issuedAt: NOW - 1_020,
  key: { fingerprint: currentKey.fingerprint, role: "current" },
  snapshot: () => ({ user: "ada", csrf_token: "s3cret-value", cart: [1, 2, 3], old: true }),
  ...more,
});
const committed = (more: Partial<SessionCommitted> = {}): SessionCommitted => ({
  cookieName: "session",
  format: "flask",
  action: "save",
  explanation: "Sent because the data changed.",
  bytes: 648,
  attributes: "Path=/; HttpOnly; Secure; SameSite=Lax",
  conflicts: 0,
  accessed: true,
  snapshot: () => ({ user: "ada", csrf_token: "s3cret-value", cart: [1, 2, 3, 9], visits: 1 }),
  ...more,
});

/** The session panel of a request with these messages. */
function panelOf(
  messages: { readonly loaded?: SessionLoaded; readonly committed?: SessionCommitted },
  ring: KeyRing = keys,
): PanelView {
  const toolbar = new Toolbar({ keys: ring, clock: () => NOW });
  toolbars.push(toolbar);
  const request: ToolbarRequest = {
    method: "GET",
    url: "/",
    header: () => undefined,
    headers: [],
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
  };
  const exchange = toolbar.begin(request, {})!;
  toolbar.run(exchange, () => {
    if (messages.loaded !== undefined) channel(CHANNELS.sessionLoaded).publish(messages.loaded);
    if (messages.committed !== undefined) channel(CHANNELS.sessionCommitted).publish(messages.committed);
  });
  toolbar.finish(exchange);
  return toolbar.page(exchange.id)!.panels.find(({ id }) => id === "session")!;
}

function block<Kind extends Block["kind"]>(
  panel: PanelView,
  kind: Kind,
  title?: string,
): Extract<Block, { kind: Kind }> {
  return panel.blocks.find(
    (each) => each.kind === kind && (title === undefined || ("title" in each && each.title === title)),
  ) as Extract<Block, { kind: Kind }>;
}
const tableRows = (panel: PanelView, title: string): readonly string[] =>
  block(panel, "table", title).rows.map((row) =>
    ("cells" in row ? row.cells : row).map((cell) => (typeof cell === "object" ? cell.text : String(cell))).join(" | "),
  );

describe("the sentence on the session", () => {
  test("comes first, and names the key and the age of a genuine cookie", () => {
    const panel = panelOf({ loaded: loaded(), committed: committed() });
    expect(panel.subtitle).toBe("valid");
    expect(panel.blocks[0]).toMatchObject({ kind: "verdict", tone: "ok", title: "Valid" });
    expect(block(panel, "verdict").text).toBe(
      `The cookie is genuine, verified by the current key ${currentKey.fingerprint}; signed 17 min ago.`,
    );
  });

  test("tells a cookie of an old key, and that it moves to the current one", () => {
    const key = { fingerprint: oldKey.fingerprint, role: "fallback" as const };
    const panel = panelOf({ loaded: loaded({ key }), committed: committed({ action: "resign" }) });
    expect(panel.subtitle).toBe("valid, old key");
    expect(block(panel, "verdict").hint).toContain(`signed again with the current key ${currentKey.fingerprint}`);
  });

  test("distinguishes a session that was not touched from no session", () => {
    expect(panelOf({}).subtitle).toBe("not used");
    const untouched = panelOf({
      committed: committed({ action: "none", bytes: 0, accessed: false, snapshot: () => ({}) }),
    });
    expect(untouched.subtitle).toBe("not touched");
    expect(block(untouched, "verdict").text).toContain("Nothing in this request looked at the session");
  });

  test("tells a new session from none", () => {
    const none = loaded({ verdict: "none", bytes: 0, key: undefined, issuedAt: undefined, snapshot: () => ({}) });
    expect(panelOf({ loaded: none, committed: committed() }).subtitle).toBe("new");
    expect(
      panelOf({ loaded: none, committed: committed({ action: "none", bytes: 0, snapshot: () => ({}) }) }).subtitle,
    ).toBe("empty");
  });

  const reasons: readonly RejectionReason[] = [
    "malformed",
    "too_large",
    "bad_signature",
    "expired",
    "future",
    "bad_payload",
    "invalid_data",
    "unknown",
    "revoked",
    "duplicate",
    "store_failed",
  ];
  test.each(reasons)("says for a cookie rejected as %s what happened and what to do", (reason) => {
    const panel = panelOf({
      loaded: loaded({ verdict: "rejected", reason, explanation: "It was so.", key: undefined, snapshot: () => ({}) }),
      committed: committed({ action: "forget", bytes: 9, attributes: "Path=/; Max-Age=0", snapshot: () => ({}) }),
    });
    const verdict = block(panel, "verdict");
    expect(verdict).toMatchObject({
      tone: "error",
      text: "It was so. A new, empty session replaced it. The visitor saw no error.",
    });
    expect(verdict.title.length).toBeGreaterThan(5);
    expect(verdict.hint?.length).toBeGreaterThan(20);
    expect(panel.subtitle).toBe("rejected");
    expect(panel.findings).toEqual([{ tone: "warn", text: "The session cookie was rejected: It was so." }]);
    expect(JSON.stringify(panel.blocks)).not.toContain("missing");
  });
});

test("a request of another origin: says who sent it, and that the cookie is as before", async () => {
  const toolbar = new Toolbar({ keys, clock: () => NOW });
  toolbars.push(toolbar);
  const manager = new SessionManager({ keys, clock: () => NOW });
  const headers = { origin: "http://localhost:3001", "sec-fetch-site": "same-site" };
  const exchange = toolbar.begin(
    {
      method: "POST",
      url: "/pay",
      header: () => undefined,
      headers: [],
      remoteAddress: "127.0.0.1",
      httpVersion: "1.1",
    },
    {},
  )!;
  await toolbar.run(exchange, async () => {
    const facts = { secure: false, host: "localhost:3000", method: "POST", headers };
    await manager.commit(await manager.load(undefined, facts));
  });
  toolbar.finish(exchange);
  const panel = toolbar.page(exchange.id)!.panels.find(({ id }) => id === "session")!;
  expect(block(panel, "verdict")).toMatchObject({
    tone: "error",
    title: "Not opened: another origin sent the request",
    text: expect.stringMatching(
      /^This POST came from http:\/\/localhost:3001, so it has no session\. .* The visitor's own session, and the cookie, are as before\.$/,
    ) as string,
    hint: expect.stringContaining("trustedOrigins") as string,
  });
  expect(panel.findings).toEqual([
    {
      tone: "warn",
      text: expect.stringMatching(/^This POST came from http:\/\/localhost:3001, so it has no session\./) as string,
    },
  ]);
  expect(JSON.stringify(panel.blocks)).toContain("another origin sent the request, so it has no session");
});

describe("the data", () => {
  test("is shown before and after, with what changed, and without what its name hides", () => {
    const panel = panelOf({ loaded: loaded(), committed: committed() });
    expect(tableRows(panel, "Data")).toEqual([
      "user | ada |  | ",
      "csrf_token | •••••••• |  | ",
      "cart | [1,2,3] | [1,2,3,9] | ~ changed",
      "old | true | – | − removed",
      "visits | – | 1 | + added",
    ]);
    expect(JSON.stringify(panel)).not.toContain("s3cret-value");
  });

  test("is shown once where nothing changed", () => {
    const panel = panelOf({
      loaded: loaded(),
      committed: committed({ action: "none", bytes: 0, snapshot: loaded().snapshot }),
    });
    expect(tableRows(panel, "Data")).toEqual(["user | ada", "csrf_token | ••••••••", "cart | [1,2,3]", "old | true"]);
  });

  test("is counted in bytes of the browsers' limit, and a nearly full cookie is a finding", () => {
    const numbers = block(panelOf({ loaded: loaded(), committed: committed() }), "numbers").items;
    expect(numbers.find(({ label }) => label === "Of 4,096 bytes")).toMatchObject({
      value: "648",
      tone: "plain",
      meter: { value: 648, of: 4_096 },
    });
    const full = panelOf({ loaded: loaded(), committed: committed({ bytes: 4_000 }) });
    expect(full.findings[0]?.text).toContain("4,000 of 4,096 bytes");
  });
});

const sent = (more: Partial<SessionCommitted>): string =>
  JSON.stringify(block(panelOf({ loaded: loaded(), committed: committed(more) }), "pairs", "Sent back"));

describe("what was sent", () => {
  test("comes with the reason, the growth and the attributes", () => {
    const text = sent({});
    for (const part of [
      "Sent because the data changed.",
      "(+36)",
      "Path=/; HttpOnly; Secure; SameSite=Lax",
      "Vary: Cookie",
    ])
      expect(text).toContain(part);
    expect(text).not.toContain("missing");
  });

  test("warns of missing attributes", () => {
    const text = sent({ attributes: "Path=/" });
    expect(text).toContain("scripts of the page can read the cookie");
    expect(text).toContain("pages of other sites can send requests with this session");
  });

  test("tells of parallel requests that were merged", () => {
    expect(sent({ conflicts: 2 })).toContain("2 parallel requests saved meanwhile");
  });

  test.each<CommitAction>(["remove", "forget"])(
    "does not judge the attributes of a cookie that only removes: %s",
    (action) => {
      expect(sent({ action, attributes: "Path=/; Max-Age=0" })).not.toMatch(/missing|of 4,096/);
    },
  );
});

describe("the keys", () => {
  test("are shown by role, fingerprint, source and strength, never by themselves", () => {
    const panel = panelOf({ loaded: loaded(), committed: committed() });
    const rows = tableRows(panel, "Secret keys");
    expect(rows[0]).toMatch(
      new RegExp(`^${currentKey.fingerprint} \\| current \\| ✓ strong, about \\d+ bits \\| verified, signed \\|`),
    );
    expect(rows[1]).toMatch(
      new RegExp(`^${oldKey.fingerprint} \\| fallback \\| [!✕] (weak|refused), about \\d+ bits \\| – \\|`),
    );
    expect(JSON.stringify(panel)).not.toContain(current);
    expect(JSON.stringify(panel)).not.toContain("a weak key of yesterday");
  });

  test("make a finding when the one that signs is weak, and a note when a fallback is", () => {
    expect(panelOf({}).findings).toEqual([]);
    expect(block(panelOf({}), "note").text).toContain(`The fallback key ${oldKey.fingerprint} is`);
    const weak = panelOf({}, new KeyRing("secret"));
    expect(weak.findings[0]).toMatchObject({
      tone: "warn",
      text: expect.stringContaining("a server in production does not start with it") as string,
    });
  });
});

test("a development key is no finding while developing, and the table says what it is", () => {
  const panel = panelOf({}, new KeyRing(generateDevelopmentKey()));
  expect(panel.findings).toEqual([]);
  expect(panel.blocks.filter(({ kind }) => kind === "note")).toEqual([]);
  expect(tableRows(panel, "Secret keys")[0]).toMatch(/✓ for development/);
});

test("a message of another shape does not harm the request", () => {
  const panel = panelOf({
    loaded: { verdict: "valid" } as SessionLoaded,
    committed: "nonsense" as unknown as SessionCommitted,
  });
  expect(panel.blocks[0]?.kind).toBe("verdict");
});
