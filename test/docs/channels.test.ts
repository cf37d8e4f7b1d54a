import { CHANNELS } from "latchkey";
import { describe, expect, test } from "vitest";
import { readPage } from "../support/docs/pages.ts";

const page = readPage("docs/channels.md");
const source = readPage("src/diagnostics.ts");

/** The fields of an interface of the source. */
function fieldsOf(message: string): readonly string[] {
  const body = new RegExp(`^export interface ${message} \\{$([^]*?)^\\}$`, "m").exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map((match) => match[1]!);
}

/** The section of the page about a channel. */
function sectionOf(channel: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`${channel}\n`)) ?? "";
}

describe("docs/channels.md", () => {
  test.each([
    [CHANNELS.sessionLoaded, "SessionLoaded"],
    [CHANNELS.sessionCommitted, "SessionCommitted"],
    [CHANNELS.keyUsed, "KeyUsed"],
  ])("names the fields of a message on %s", (channel, message) => {
    const section = sectionOf(channel);
    expect(section).toContain(`\`${message}\``);
    expect(fieldsOf(message).length).toBeGreaterThan(1);
    expect([...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])).toEqual(fieldsOf(message));
  });

  test("names every channel", () => {
    expect(Object.values(CHANNELS).filter((channel) => sectionOf(channel) === "")).toEqual([]);
    expect(page.replaceAll("\n", " ")).toContain(
      Object.keys(CHANNELS)
        .map((name) => `\`CHANNELS.${name}\``)
        .slice(0, -1)
        .join(", "),
    );
  });

  test("names every action of a commit", () => {
    const actions = /^export type CommitAction = (.*);$/m.exec(source)?.[1]?.match(/"\w+"/g) ?? [];
    expect(actions.length).toBeGreaterThan(5);
    expect(actions.filter((action) => !sectionOf(CHANNELS.sessionCommitted).includes(`\`${action}\``))).toEqual([]);
  });
});
