import { SessionManager, type SessionManagerOptions } from "latchkey";
import { generateSecretKey, loadKeyRing, type LoadKeyRingOptions } from "latchkey/keys";
import { Toolbar, type ToolbarOptions } from "latchkey/toolbar";
import { describe, expect, test } from "vitest";
import { optionsPage } from "../../scripts/build-options.ts";
import { readPage } from "../support/docs/pages.ts";

const page = readPage("docs/options.md");

/** The options in the table below a heading. */
function listed(heading: string): readonly string[] {
  const [, section = ""] = new RegExp(`^## ${heading}\\n([^]*?)(?=^## |$(?![^]))`, "m").exec(page) ?? [];
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!);
}

/** The names of an interface's members, whatever stands around them. */
function members(file: string, name: string): readonly string[] {
  const [, body = ""] =
    new RegExp(`^(?:export )?interface ${name}\\b[^]*?\\{\\n([^]*?)^\\}`, "m").exec(readPage(file)) ?? [];
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, member]) => member!);
}

const keys = generateSecretKey();

describe("docs/options.md", () => {
  test("is what scripts/build-options.ts makes of the docstrings", () => {
    expect(page).toBe(optionsPage());
  });

  test.each([
    ["Options of SessionManager", "src/sessions/manager-options.ts", ["SessionManagerOptions"]],
    ["Options of SessionManager", "src/sessions/request/revocation.ts", ["RevocationHooks"]],
    [
      "Options of the cookie",
      "src/sessions/cookie/cookie-options.ts",
      ["HostCookieOptions", "CommonCookieOptions", "SharedCookieOptions"],
    ],
    ["Options of Toolbar", "src/toolbar/toolbar-options.ts", ["ToolbarOptions"]],
    ["Options of loadKeyRing", "src/keys/sources/load.ts", ["LoadKeyRingOptions", "LoadKeyRingAsyncOptions"]],
  ])("%s: lists every option in %s", (heading, file, names) => {
    const expected = names.flatMap((name) => members(file, name));
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.filter((option) => !listed(heading).includes(option))).toEqual([]);
  });

  test.each([
    ["Options of SessionManager", (options: object) => new SessionManager(options as SessionManagerOptions), { keys }],
    ["Options of the cookie", (cookie: object) => new SessionManager({ keys, cookie }), {}],
    ["Options of Toolbar", (options: object) => new Toolbar(options as ToolbarOptions), { keys }],
    [
      "Options of loadKeyRing",
      (options: object) => loadKeyRing(options as LoadKeyRingOptions),
      { env: {}, secretKey: keys },
    ],
  ])("%s: lists no option that the code refuses", (heading, use, given) => {
    const options = listed(heading).filter((option) => option !== "loader");
    expect(options.length).toBeGreaterThan(5);
    const nothing = Object.fromEntries(options.map((option) => [option, undefined]));
    expect(() => use({ ...nothing, ...given })).not.toThrow();
    expect(() => use({ ...nothing, ...given, nonsense: 1 })).toThrow("nonsense");
  });
});
