import { describe, expect, test } from "vitest";
import { flagsPanel, isOn } from "../../examples/toolbar-panel/flags.ts";
import { generateSecretKey } from "../../src/keys/index.ts";
import { KeyRing } from "../../src/keys/key-ring.ts";
import { panelContract, type PanelContractOptions } from "../../src/testing/index.ts";
import { Toolbar, type Panel, type Recording } from "../../src/toolbar/index.ts";
import { Applications } from "../../src/toolbar/applications.ts";
import { Profiler } from "../../src/toolbar/profiler/profiler.ts";
import { standardPanels } from "../../src/toolbar/panels/standard-panels.ts";

const CHANNEL = "test:panel-contract";
const messages = { [CHANNEL]: (secret: string) => ({ text: secret }) };

interface Stats {
  readonly texts: readonly string[];
}

const textsOf = (recording: Recording): string[] => recording.slot("good", () => []);
/** A panel that fulfils the contract. Each one below breaks it in one place. */
const good: Panel<Stats> = {
  id: "good",
  title: "Good",
  channels: {
    [CHANNEL]: (message, recording) => {
      const { text } = (message ?? {}) as { text?: unknown };
      const texts = textsOf(recording);
      if (typeof text === "string" && texts.length < 50) texts.push(recording.redactText(text));
    },
  },
  collect: (recording) => ({ texts: textsOf(recording) }),
  subtitle: ({ texts }) => String(texts.length),
  findings: () => [{ tone: "warn", text: "A finding." }],
  view: ({ texts }) => [{ kind: "table", columns: [{ title: "Text" }], rows: texts.map((text) => [text]) }],
};

/** The names of the cases that a panel breaks. */
async function broken(panel: unknown, options: PanelContractOptions = { messages }): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, run } of panelContract(() => panel as Panel, options)) await run().catch(() => names.push(name));
  return names;
}

describe("panelContract", () => {
  test("passes for a good panel, with messages and without", async () => {
    expect(await broken(good)).toEqual([]);
    expect(await broken(good, {})).toEqual([]);
  });

  test.each<[string, object, string]>([
    ["has no title", { title: undefined }, "a toolbar takes the panel"],
    ["shows nothing", { view: () => [] }, "without a message, it collects and shows something"],
    [
      "waits for the end",
      {
        collect: (recording: Recording & { finished: boolean }) =>
          recording.finished ? { texts: textsOf(recording) } : { texts: undefined },
      },
      "it can be looked at while the request runs",
    ],
    ["listens to another channel", { channels: {} }, "it listens to each channel that has a message"],
    ["collects a date", { collect: () => ({ texts: [], at: new Date(0) }) }, "its figures are plain JSON"],
    [
      "changes its figures",
      { view: (stats: { texts: string[] }) => [{ kind: "text", text: String(stats.texts.push("seen")) }] },
      "what it shows depends on its figures alone, and does not change them",
    ],
    [
      "trusts its messages",
      { channels: { [CHANNEL]: (message: { text: string }) => void message.text.length } },
      "messages of an unexpected shape do not throw",
    ],
    [
      "records what it hears",
      {
        channels: {
          [CHANNEL]: (message: { text: string } | undefined, recording: Recording) =>
            void (textsOf(recording).length < 50 && textsOf(recording).push(String(message?.text))),
        },
      },
      "a secret of the visitor is not in its figures",
    ],
    [
      "records without end",
      {
        channels: {
          [CHANNEL]: (_: unknown, recording: Recording) => void textsOf(recording).push("x".repeat(200)),
        },
      },
      "its figures are bounded",
    ],
  ])("finds a panel that %s", async (_, change, name) => {
    expect(await broken({ ...good, ...change })).toContain(name);
  });

  test("the panel of the example fulfils it, and shows what a request asked for", async () => {
    const sample = { "flags:asked": (secret: string) => ({ name: `cart-of-${secret}`, isOn: true, isKnown: true }) };
    expect(await broken(flagsPanel(), { messages: sample })).toEqual([]);
    const toolbar = new Toolbar({ keys: generateSecretKey(), panels: [flagsPanel()] });
    const request = {
      method: "GET",
      url: "/",
      header: () => undefined,
      headers: [],
      remoteAddress: "127.0.0.1",
      httpVersion: "1.1",
    };
    const exchange = toolbar.begin(request, {})!;
    toolbar.run(exchange, () => [isOn("new-cart"), isOn("new-cart"), isOn("nwe-cart")]);
    toolbar.finish(exchange);
    const panel = toolbar.page(exchange.id)?.panels.find(({ id }) => id === "flags");
    toolbar.close();
    expect(panel?.subtitle).toBe("2");
    expect(panel?.findings.map(({ text }) => text)).toEqual(['There is no flag "nwe-cart", so it is off.']);
  });

  test.each(
    standardPanels({
      keys: new KeyRing(generateSecretKey()),
      slowMs: 500,
      directory: process.cwd(),
      applications: new Applications(),
      profiler: new Profiler(process.cwd()),
      environment: [],
    }).map((panel) => [panel.id, panel] as const),
  )("the standard panel %s fulfils it", async (_, panel) => {
    // Each toolbar has this panel already, under its own id.
    expect(await broken({ ...panel, id: `copy-of-${panel.id}` }, {})).toEqual([]);
  });

  test("names what it got in place of a function", () => {
    expect(() => panelContract(good as never)).toThrow(
      "The contract of a panel takes a function that returns the panel. It got an object. Fix: panelContract(() => myPanel()).",
    );
    expect(() => panelContract(() => good as never, { mesages: {} } as never)).toThrow('Did you mean "messages"?');
  });
});
