import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { cli } from "../support/cli.ts";
import { root } from "../support/docs/pages.ts";
import { recordSchema } from "../support/docs/record-schema.ts";
import { applicationFolder, startToolbar } from "../support/toolbar-process.ts";

const PATH = "skills/latchkey-toolbar/SKILL.md";
const skill = readFileSync(join(root, PATH), "utf8");
// Those that read records. test/cli/init.test.ts runs the one that writes.
const commands = [...skill.matchAll(/`npx latchkey (request[^`]+)`/g)].map(([, words]) => words!);

let folder: string;
let id: string;
beforeEach(async () => {
  folder = applicationFolder();
  const server = await startToolbar(folder);
  await server.visit("/login?wait=350");
  // The page fails, and its cookie is not one of this server.
  ({ id } = await server.visit("/boom", { cookie: "session=nonsense" }));
  const isListed = async (): Promise<boolean> => {
    const { out } = await cli(["requests", "--json"], { cwd: folder });
    return out.includes(id) && out.includes("/login");
  };
  await vi.waitUntil(isListed, { timeout: 60_000 });
});
describe("the skill file", () => {
  test("each of its commands runs, and finds something", async () => {
    expect(commands.length).toBeGreaterThan(6);
    for (const command of commands) {
      // No form was posted here.
      const words = command.replace("--method POST", "--method GET").replace("ID", id.slice(0, 8)).split(" ");
      const { code, out, error } = await cli(words, { cwd: folder });
      expect({ command, code, error }).toEqual({ command, code: 0, error: "" });
      expect((JSON.parse(out) as { version: number }).version).toBe(1);
    }
  });

  test("names fields that records have", () => {
    const schema = recordSchema();
    const names = [...skill.matchAll(/`(summary|panels\.(\w+))\.([\w.[\]]+)`/g)].map(([, place, panel, path]) => ({
      section: place === "summary" ? "The summary" : panel!,
      path: path!,
    }));
    expect(names.length).toBeGreaterThan(6);
    const unknown = names.filter(
      ({ section, path }) => !schema.get(section)?.some((member) => member.path.startsWith(path)),
    );
    expect(unknown).toEqual([]);
  });

  test("has a head that agents read, and is in the package", () => {
    expect(skill).toMatch(/^---\nname: latchkey-toolbar\ndescription: .{80,1000}\n---\n/);
    expect(skill.split("\n").length).toBeLessThan(80);
    const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };
    expect(files).toContain("skills");
  });
});
