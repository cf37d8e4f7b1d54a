import { deepEqual, equal, ok } from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import { InvalidOptionError } from "../errors.ts";
import { generateSecretKey } from "../keys/index.ts";
import { checkOptions, kindOf } from "../options.ts";
import { Toolbar, type Block, type Exchange, type Panel, type ToolbarRequest } from "../toolbar/index.ts";
import type { ContractCase } from "./contract-case.ts";

/** Settings of panelContract. */
export interface PanelContractOptions {
  /**
   * A message as it is really published, for each channel that the panel listens to. The function
   * gets a secret to put wherever an application's data would be. Default: none, and then the
   * contract tests a panel that heard nothing.
   */
  readonly messages?: Readonly<Record<string, (secret: string) => unknown>> | undefined;
}

const KINDS: Readonly<Record<Block["kind"], true>> = {
  numbers: true,
  verdict: true,
  pairs: true,
  table: true,
  timeline: true,
  flame: true,
  shares: true,
  download: true,
  ask: true,
  code: true,
  text: true,
  note: true,
};
/** Messages that no panel expects. */
const UNEXPECTED: readonly unknown[] = [undefined, null, 0, "text", true, [], {}, () => undefined, Symbol("other")];
/** More than a panel may store. */
const MANY = 10_000;
const MOST_BYTES = 1_000_000;

/**
 * The contract of a panel as a list of cases for any test runner. Each case makes its own toolbar.
 *
 * @param make Returns the panel to be tested. It is called once in each case.
 * @throws InvalidOptionError if `make` is not a function, and for an unknown option.
 * @example
 * import { test } from "node:test";
 * import { panelContract } from "latchkey/testing";
 *
 * const messages = { "app:flag": (secret: string) => ({ name: "new-cart", visitor: secret }) };
 * for (const { name, run } of panelContract(() => flagsPanel(), { messages })) test(name, run);
 */
export function panelContract<Stats>(
  make: () => Panel<Stats>,
  options: PanelContractOptions = {},
): readonly ContractCase[] {
  if (typeof make !== "function")
    throw new InvalidOptionError(
      `The contract of a panel takes a function that returns the panel. It got ${kindOf(make)}. Fix: panelContract(() => myPanel()).`,
    );
  checkOptions("panelContract", options, ["messages"]);
  const { messages = {} } = options;
  const checks: Readonly<Record<string, (panel: Panel) => void>> = {
    "a toolbar takes the panel": (panel) => void recorded(panel, () => {}),
    "without a message, it collects and shows something": (panel) =>
      showAll(
        panel,
        recorded(panel, () => {}),
      ),
    "it can be looked at while the request runs": (panel) =>
      withExchange(panel, (exchange) => showAll(panel, plain(panel.collect(exchange)))),
    "it listens to each channel that has a message": (panel) =>
      deepEqual(
        Object.keys(messages).filter((name) => panel.channels?.[name] === undefined),
        [],
      ),
    "its figures are plain JSON": (panel) =>
      withExchange(panel, (exchange) => {
        publishAll(messages, "a secret");
        const stats = panel.collect(exchange);
        deepEqual(plain(stats), stats, "JSON.parse(JSON.stringify(stats)) is not what collect returned");
      }),
    "what it shows depends on its figures alone, and does not change them": (panel) => {
      const stats = recorded(panel, () => publishAll(messages, "a secret"));
      const before = JSON.stringify(stats);
      const first = showAll(panel, stats);
      deepEqual(showAll(panel, stats), first);
      equal(JSON.stringify(stats), before);
    },
    "messages of an unexpected shape do not throw": (panel) =>
      withExchange(panel, (exchange) => {
        for (const listener of Object.values(panel.channels ?? {}))
          for (const message of UNEXPECTED) {
            if (typeof listener === "function") listener(message, exchange);
            else {
              listener.key(message);
              listener.listener?.(message, exchange);
            }
          }
        showAll(panel, plain(panel.collect(exchange)));
      }),
    "a secret of the visitor is not in its figures": (panel) => {
      const secret = `planted-${crypto.randomUUID()}`;
      const stats = recorded(panel, () => publishAll(messages, secret), secret);
      ok(!JSON.stringify(stats ?? null).includes(secret), "Pass texts through recording.redactText or redactData.");
    },
    "its figures are bounded": (panel) => {
      const stats = recorded(panel, () => {
        for (let index = 0; index < MANY; index++) publishAll(messages, String(index));
      });
      const { length } = JSON.stringify(stats ?? null);
      ok(
        length < MOST_BYTES,
        `After ${MANY} messages, its figures have ${length} characters of JSON. Count further ones only.`,
      );
    },
  };
  return Object.entries(checks).map(([name, check]) => ({
    name,
    run: async () => {
      await Promise.resolve();
      check(make() as Panel);
    },
  }));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** Subtitle, findings and blocks, which have to be plain data of the known kinds. */
function showAll(panel: Panel, stats: unknown): unknown {
  const shown = {
    subtitle: panel.subtitle?.(stats),
    findings: panel.findings?.(stats) ?? [],
    numbers: panel.numbers?.(stats) ?? [],
    blocks: panel.view(stats),
    overview: panel.overview?.(stats) ?? [],
  };
  ok(
    Array.isArray(shown.blocks) && shown.blocks.length > 0,
    "view returns no block. Say in one sentence that there is nothing.",
  );
  for (const { kind } of [...shown.blocks, ...shown.overview])
    ok(Object.hasOwn(KINDS, kind), `There is no block of the kind "${kind}".`);
  for (const { tone, text } of shown.findings) {
    ok(tone === "warn" || tone === "error", `A finding's tone is "warn" or "error". It is "${tone as string}".`);
    ok(typeof text === "string" && text !== "", "A finding has a text.");
  }
  ok(shown.subtitle === undefined || typeof shown.subtitle === "string", "The subtitle is a string.");
  return plain(shown);
}

function publishAll(messages: NonNullable<PanelContractOptions["messages"]>, secret: string): void {
  for (const [name, message] of Object.entries(messages)) channel(name).publish(message(secret));
}

/** Runs something as a request, and returns what the panel has collected of it. */
function recorded(panel: Panel, run: () => void, secret?: string): unknown {
  let exchange: Exchange | undefined;
  withExchange(
    panel,
    (running) => {
      exchange = running;
      run();
    },
    secret,
  );
  return plain(panel.collect(exchange!));
}

function withExchange(panel: Panel, run: (exchange: Exchange) => void, secret: string = "of-the-visitor"): void {
  const toolbar = new Toolbar({ keys: generateSecretKey(), mode: "development", panels: [panel] });
  try {
    const exchange = toolbar.begin(requestWith(secret), {})!;
    toolbar.run(exchange, () => run(exchange));
    toolbar.finish(exchange);
  } finally {
    toolbar.close();
  }
}

function requestWith(secret: string): ToolbarRequest {
  const headers = [
    ["host", "localhost"],
    ["cookie", `session=${secret}`],
  ] as const;
  return {
    method: "GET",
    url: "/",
    header: (name) => headers.find(([header]) => header === name)?.[1],
    headers,
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
  };
}
