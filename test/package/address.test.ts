import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addressOf } from "../../scripts/package/address.ts";
import { pack, unpack } from "../../scripts/package/pack.ts";
import { releaseNotes } from "../../scripts/package/release-notes.ts";
import { root } from "../support/docs/pages.ts";

/* The published package names its repository. The package.json of the project does not. */

const FORGE = { GITHUB_SERVER_URL: "https://forge.example", GITHUB_REPOSITORY: "keys/latchkey" };
const manifest = join(root, "package.json");
const folders: string[] = [];
let before: { readonly text: string; readonly changed: number };

beforeAll(() => {
  before = { text: readFileSync(manifest, "utf8"), changed: statSync(manifest).mtimeMs };
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Packs as in a workflow of a forge, and gives the file and the package.json in it. */
function packIn(environment: Readonly<Record<string, string>>) {
  const packed = pack(root, addressOf(environment));
  folders.push(dirname(packed.path));
  const fields = JSON.parse(readFileSync(join(unpack(packed), "package.json"), "utf8")) as Record<string, unknown>;
  return { packed, fields, folder: join(dirname(packed.path), "package") };
}

function expectUntouched(): void {
  expect(readFileSync(manifest, "utf8")).toBe(before.text);
  expect(statSync(manifest).mtimeMs).toBe(before.changed);
}

test("in a workflow, the packed package names the repository, and is the same otherwise", () => {
  const plain = packIn({});
  const { packed, fields, folder } = packIn(FORGE);
  expect(fields).toMatchObject({
    repository: { type: "git", url: "git+https://forge.example/keys/latchkey.git" },
    bugs: { url: "https://forge.example/keys/latchkey/issues" },
    homepage: "https://forge.example/keys/latchkey#readme",
  });
  const { repository, bugs, homepage, ...rest } = fields;
  expect([repository, bugs, homepage]).not.toContain(undefined);
  expect(rest).toEqual(plain.fields);
  expect(rest).toEqual(JSON.parse(before.text));
  // Not a byte and not a permission of any other file is another one.
  const listed = (root: string): string => {
    const command = "find . -type f ! -path ./package.json -printf '%p %m\\n' -exec sha256sum {} + | sort";
    return execFileSync("sh", ["-c", command], { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  };
  expect(listed(folder).split("\n").length).toBeGreaterThan(200);
  expect(listed(folder)).toBe(listed(plain.folder));
  expect(packed.name).toBe(plain.packed.name);
  expectUntouched();
});

test("the same address gives the same bytes, another one others, and a site is the homepage", () => {
  const first = packIn(FORGE);
  expect(packIn(FORGE).packed.sha256).toBe(first.packed.sha256);
  const site = packIn({ ...FORGE, LATCHKEY_HOMEPAGE: "https://latchkey.example/" });
  expect(site.packed.sha256).not.toBe(first.packed.sha256);
  expect(site.fields["homepage"]).toBe("https://latchkey.example/");
  // Who wants to get the same sum has to give the same variables.
  const address = addressOf({ ...FORGE, LATCHKEY_HOMEPAGE: "https://latchkey.example/" });
  expect(releaseNotes("## 1.0.0\n", site.packed, address)).toContain(
    "`npm ci && GITHUB_SERVER_URL=https://forge.example GITHUB_REPOSITORY=keys/latchkey LATCHKEY_HOMEPAGE=https://latchkey.example/ npm run check:package`",
  );
  expectUntouched();
});

test("if npm fails half-way, package.json is as before, and nothing is left behind", () => {
  const bin = mkdtempSync(join(tmpdir(), "latchkey-failing-npm-"));
  const temporary = join(bin, "tmp");
  mkdirSync(temporary);
  folders.push(bin);
  const npm = execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
  // The project is packed, and the package with the address is not.
  const failing = join(bin, "npm");
  writeFileSync(failing, `#!/bin/sh\n[ -e "${bin}/second" ] && exit 7\ntouch "${bin}/second"\nexec "${npm}" "$@"\n`);
  chmodSync(failing, 0o755);
  const program = `
    import { addressOf } from ${JSON.stringify(join(root, "scripts/package/address.ts"))};
    import { pack } from ${JSON.stringify(join(root, "scripts/package/pack.ts"))};
    try { pack(${JSON.stringify(root)}, addressOf(process.env)); } catch (error) { console.log("status", error.status); }`;
  const output = execFileSync(process.execPath, ["--input-type=module-typescript", "-e", program], {
    encoding: "utf8",
    env: { ...process.env, ...FORGE, TMPDIR: temporary, PATH: `${bin}${delimiter}${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(output).toBe("status 7\n");
  expect(readdirSync(temporary).filter((name) => name.startsWith("latchkey-"))).toEqual([]);
  expectUntouched();
});

test("without the variables, or with wrong ones, nothing is published", () => {
  const refused = (option: string, variables: Readonly<Record<string, string>>): string => {
    const env = { ...process.env, GITHUB_SERVER_URL: "", GITHUB_REPOSITORY: "", LATCHKEY_HOMEPAGE: "", ...variables };
    const { status, stderr } = spawnSync(process.execPath, ["scripts/check-package.ts", option], {
      cwd: root,
      encoding: "utf8",
      env,
    });
    expect(status).toBe(1);
    return stderr;
  };
  const missing = /The package would have no "repository", "bugs", "homepage"\..*Fix: GITHUB_SERVER_URL=https:/;
  expect(refused("--publish", {})).toMatch(missing);
  // `npm publish` in the folder packs the folder's package.json, which the variables do not change.
  expect(refused("--publish-folder", FORGE)).toMatch(missing);
  expect(refused("--publish", { GITHUB_REPOSITORY: "keys/latchkey" })).toContain("The variable GITHUB_SERVER_URL");
});

test("an address is https, and holds nothing that a shell would read", () => {
  expect(addressOf({})).toBeUndefined();
  expect(addressOf({ GITHUB_SERVER_URL: "", GITHUB_REPOSITORY: "", LATCHKEY_HOMEPAGE: "" })).toBeUndefined();
  for (const [variable, value] of [
    ["GITHUB_SERVER_URL", "http://forge.example"],
    ["GITHUB_SERVER_URL", "https://forge.example/$(id)"],
    ["GITHUB_SERVER_URL", "https://forge.example; id"],
    ["GITHUB_REPOSITORY", "latchkey"],
    ["GITHUB_REPOSITORY", "keys/latchkey/tree"],
    ["GITHUB_REPOSITORY", "keys/`id`"],
    ["LATCHKEY_HOMEPAGE", "latchkey.example"],
  ] as const)
    expect(() => addressOf({ ...FORGE, [variable]: value })).toThrow(`The variable ${variable} must be like`);
  expect(() => addressOf({ LATCHKEY_HOMEPAGE: "https://latchkey.example" })).toThrow("GITHUB_SERVER_URL");
});
