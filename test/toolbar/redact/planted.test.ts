import { Console } from "node:console";
import { channel } from "node:diagnostics_channel";
import { PassThrough } from "node:stream";
import { sample, stringMatching } from "fast-check";
import { pino } from "pino";
import { afterAll, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../../src/keys/generate.ts";
import { Toolbar, type Block, type Panel, type ToolbarRequest } from "../../../src/toolbar/index.ts";
import { SECRET_SHAPES } from "../../../src/toolbar/capture/redact/secret-shapes.ts";

const KEY = generateSecretKey();
const quiet = new Console(new PassThrough().resume());
/** What the configuration holds for the request that runs. */
let settings: object = {};
const leaky: Panel<{ readonly heard: unknown }> = {
  id: "leaky",
  title: "Leaky",
  channels: {
    "test:planted": (message, recording) =>
      void recording.slot("leaky", () => [recording.redactText(String(message)), recording.redactData({ message })]),
  },
  collect: (recording) => ({ heard: recording.slot<unknown>("leaky", () => null) }),
  view: (stats): readonly Block[] => [{ kind: "code", text: JSON.stringify(stats) }],
};

/**
 * Makes a request that holds a secret wherever an application may have one, and returns all that
 * the toolbar says.
 */
function everythingOf(secret: string): string {
  // A toolbar for each, because the settings are read once a second.
  settings = { stripe: secret, nested: { list: [secret] }, url: `https://x.example/?q=${encodeURIComponent(secret)}` };
  const toolbar = new Toolbar({ keys: KEY, panels: [leaky], config: () => settings, environment: ["TEST_PLANTED"] });
  process.env["TEST_PLANTED"] = secret;
  toolbar.introduce(
    {},
    { name: "App", config: () => settings, routes: () => [{ methods: "GET", path: `/x/${secret}` }] },
  );
  const encoded = encodeURIComponent(secret);
  const header = secret.replaceAll("\n", " ");
  const headers: readonly (readonly [string, string])[] = [
    ["host", "localhost"],
    ["x-planted", header],
    ["referer", `http://localhost/a?b=${encoded}`],
    ["content-type", "application/x-www-form-urlencoded"],
  ];
  const request: ToolbarRequest = {
    method: "POST",
    url: `/p/${encoded}/x?a=${encoded}&${encoded}=1`,
    header: (name) => headers.find(([each]) => each === name)?.[1],
    headers,
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
  };
  const exchange = toolbar.begin(request, {})!;
  toolbar.run(exchange, () => {
    quiet.error(
      "planted %s",
      secret,
      { planted: secret, [secret]: [secret] },
      new Error(secret, { cause: new Error(secret) }),
    );
    pino({}, new PassThrough().resume()).info({ planted: secret, err: new Error(secret) }, `planted ${secret}`);
    toolbar
      .logStream()
      .write(`planted ${secret}\n${JSON.stringify({ level: "info", message: secret, planted: secret })}\n`);
    channel("test:planted").publish(secret);
    toolbar.span(`planted ${secret}`, () => {});
    exchange
      .startSpan({ kind: "sql", label: `select '${secret}'`, detail: { params: [secret, { deep: secret }] } })
      .end({ error: new Error(secret), detail: { rows: secret } });
    exchange.mark(`planted ${secret}`);
  });
  exchange.fail(Object.assign(new TypeError(secret, { cause: new Error(secret) }), { planted: secret }));
  toolbar.tell(exchange, () => ({
    handler: secret,
    route: `/p/${secret}`,
    params: { id: secret },
    body: { planted: secret, list: [secret], [secret]: "1" },
    files: [{ field: "photo", name: secret, bytes: 1 }],
  }));
  toolbar.respond(exchange, request, {
    status: 302,
    headers: [
      ["Location", `/next?x=${encoded}`],
      ["X-Planted", header],
      ["Set-Cookie", `a=b; Path=/${encoded}`],
    ],
  });
  const running = JSON.stringify(toolbar.page(exchange.id));
  toolbar.finish(exchange);
  toolbar.close();
  return [running, JSON.stringify(toolbar.page(exchange.id)), JSON.stringify(toolbar.exchanges)].join("\n");
}

afterAll(() => void delete process.env["TEST_PLANTED"]);

describe("a planted secret of every form, in every field", () => {
  test.each(SECRET_SHAPES.map(({ name, pattern }) => [name, pattern] as const))("B13: %s", (_, pattern) => {
    for (const secret of sample(stringMatching(new RegExp(`^(?:${pattern.source})$`)), 4)) {
      const everything = everythingOf(secret);
      expect(everything).toContain("planted");
      const inJson = JSON.stringify(secret).slice(1, -1);
      const twice = JSON.stringify(inJson).slice(1, -1);
      const forms = [secret, inJson, twice, encodeURIComponent(secret)];
      expect(forms.filter((form) => everything.includes(form))).toEqual([]);
      // Nor the half of it that has most of the secret.
      expect(everything).not.toContain(secret.slice(-Math.ceil(secret.length / 2)));
    }
  });

  test("B13: the server's own key, under any name and in any form of bytes", () => {
    const bytes = Buffer.from(KEY);
    for (const form of [KEY, bytes.toString("hex"), bytes.toString("base64"), encodeURIComponent(KEY)]) {
      const everything = everythingOf(form);
      expect(everything).not.toContain(form);
      expect(everything).not.toContain(KEY);
    }
  });
});
