/** A panel of the debug toolbar that shows which feature flags a request has asked for. */
import { channel } from "node:diagnostics_channel";
import { definePanel, type Finding, type Recording } from "latchkey/toolbar";

/** What the flag library publishes. Publishing costs nothing while nothing listens. */
interface FlagAsked {
  readonly name: string;
  readonly isOn: boolean;
  readonly isKnown: boolean;
}

const CHANNEL = "flags:asked";
const asked = channel(CHANNEL);
const FLAGS: Readonly<Record<string, boolean>> = { "new-cart": true, "dark-mode": false };

/** Whether a flag is on. An unknown flag is off. */
export function isOn(name: string): boolean {
  const isKnown = Object.hasOwn(FLAGS, name);
  const answer = isKnown && FLAGS[name]!;
  asked.publish({ name, isOn: answer, isKnown } satisfies FlagAsked);
  return answer;
}

interface Flag {
  readonly name: string;
  readonly isOn: boolean;
  readonly isKnown: boolean;
  times: number;
}

/** The most flags that are recorded. Further ones are counted. */
const MOST = 100;

interface FlagStats {
  readonly flags: readonly Flag[];
  readonly omitted: number;
}

/** The panel: `new Toolbar({ keys, panels: [flagsPanel()] })`. */
export function flagsPanel() {
  const slotOf = (recording: Recording) =>
    recording.slot("flags", () => ({ byName: new Map<string, Flag>(), omitted: 0 }));
  return definePanel<FlagStats>({
    id: "flags",
    title: "Flags",
    channels: {
      [CHANNEL]: (message, recording) => {
        if (typeof message !== "object" || message === null) return;
        const { name, isOn, isKnown } = message as Partial<FlagAsked>;
        if (typeof name !== "string") return;
        const slot = slotOf(recording);
        const text = recording.redactText(name);
        const known = slot.byName.get(text);
        if (known !== undefined) known.times++;
        else if (slot.byName.size >= MOST) slot.omitted++;
        else slot.byName.set(text, { name: text, isOn: isOn === true, isKnown: isKnown === true, times: 1 });
      },
    },
    collect: (recording) => {
      const { byName, omitted } = slotOf(recording);
      return { flags: [...byName.values()], omitted };
    },
    subtitle: ({ flags }) => (flags.length === 0 ? undefined : String(flags.length)),
    findings: ({ flags }) =>
      flags
        .filter(({ isKnown }) => !isKnown)
        .map(({ name }): Finding => ({ tone: "warn", text: `There is no flag "${name}", so it is off.` })),
    view: ({ flags, omitted }) => [
      {
        kind: "table",
        columns: [{ title: "Flag", grow: true }, { title: "Value" }, { title: "Asked", align: "right" }],
        rows: flags.map(({ name, isOn, times }) => [
          { text: name, mono: true },
          isOn ? { text: "on", tone: "ok" } : "off",
          `${times} ×`,
        ]),
        empty: "No feature flag was asked for during this request.",
      },
      ...(omitted === 0 ? [] : [{ kind: "text" as const, text: `${omitted} more flags were asked for.` }]),
    ],
  });
}
