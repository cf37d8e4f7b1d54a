import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DoctorReport } from "../../src/cli/doctor/run.ts";
import { cli } from "../support/cli.ts";

interface Validate {
  (log: unknown): boolean;
  readonly errors: readonly { readonly dataPath: string; readonly message: string }[] | null;
}
type Ajv = new (options: object) => {
  addMetaSchema(schema: object): void;
  compile(schema: object): Validate;
};

/** The schema of SARIF 2.1.0 (a copy of schemastore's), and the validator that comes with it. */
const ofSarif = createRequire(createRequire(import.meta.url).resolve("@microsoft/jest-sarif/package.json"));
const ajv = new (ofSarif("ajv") as Ajv)({ schemaId: "auto", validateSchema: false });
ajv.addMetaSchema(ofSarif("ajv/lib/refs/json-schema-draft-04.json") as object);
const validate = ajv.compile(ofSarif("./lib/schemas/sarif-2.1.0-rtm.5.json") as object);
const faultsOf = (log: unknown): readonly string[] =>
  validate(log) ? [] : (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`);

interface Location {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: { readonly startLine: number };
  };
}
interface Log {
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: {
          readonly name: string;
          readonly semanticVersion: string;
          readonly rules: readonly Readonly<Record<string, { readonly text: string }> & { id: string }>[];
        };
      };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly message: { readonly text: string };
        readonly locations: readonly [Location];
      }[];
    },
  ];
}

let folder: string;
const key = generateSecretKey();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-sarif-"));
  git("init", "-q");
  mkdirSync(join(folder, "shop/a b"), { recursive: true });
  writeFileSync(join(folder, "shop/a b/é#1.ts"), `\nconst secretKey = "${key}";\napp.debug = true;\n`);
  writeFileSync(join(folder, "shop/.env"), `SECRET_KEY=${key}\n`, { mode: 0o600 });
  git("add", "-A");
});
afterEach(() => rmSync(folder, { recursive: true }));
const git = (...args: string[]): string =>
  execFileSync("git", ["-C", folder, "-c", "user.name=x", "-c", "user.email=x@localhost", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
async function sarif(...options: string[]): Promise<Log> {
  const { out, error } = await cli(["doctor", "--sarif", ...options], { cwd: folder });
  expect(out + error).not.toContain(key);
  return JSON.parse(out) as Log;
}
const places = ({ runs: [{ results }] }: Log): readonly string[] =>
  results.map(({ ruleId, level, locations: [{ physicalLocation: at }] }) =>
    [level, ruleId, `${at.artifactLocation.uri}:${at.region.startLine}`].join(" "),
  );

test("the check finds a log that is not SARIF", () => {
  expect(faultsOf({ version: "2.1.0", runs: [{ tool: {} }] })).toEqual([
    ".runs[0].tool should have required property 'driver'",
  ]);
  const driver = { name: "x", rules: [{}] };
  expect(faultsOf({ version: "2.1.0", runs: [{ tool: { driver } }] }).join("\n")).toContain("required property 'id'");
});

test("latchkey doctor --sarif writes SARIF 2.1.0 with what code scanning asks for", async () => {
  git("commit", "-qm", "x");
  const log = await sarif("shop");
  expect(faultsOf(log)).toEqual([]);
  const [{ tool, results }] = log.runs;
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect([log.version, tool.driver.name, tool.driver.semanticVersion]).toEqual(["2.1.0", "latchkey doctor", version]);
  for (const { id, shortDescription, fullDescription, help } of tool.driver.rules) {
    expect(id).toMatch(/^[a-z]+(?:_[a-z]+)+$/);
    for (const text of [shortDescription, fullDescription, help]) expect(text?.text).toMatch(/^[A-Z].*\S$/);
  }
  for (const { ruleId, ruleIndex, message } of results) {
    expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(message.text).toContain(" Fix: ");
  }
  // Relative to the root of the repository, as addresses.
  expect(places(log)).toEqual([
    "error file_tracked shop/.env:1",
    "error key_in_history shop/.env:1",
    "error key_in_history shop/a%20b/%C3%A9%231.ts:1",
    "error key_in_source shop/a%20b/%C3%A9%231.ts:2",
    "warning key_shared shop/a%20b/%C3%A9%231.ts:2",
    "warning debug_on shop/a%20b/%C3%A9%231.ts:3",
  ]);
});

test("it has what --json has, with --staged too, and a clean folder has no results", async () => {
  const log = await sarif("--staged");
  expect(faultsOf(log)).toEqual([]);
  const { code, out } = await cli(["doctor", "--staged", "--json"], { cwd: folder });
  const { findings } = JSON.parse(out) as DoctorReport;
  expect(code).toBe(1);
  expect(findings.length).toBe(3);
  expect(places(log)).toEqual(
    findings.map(
      ({ severity, code: rule, path, line }) =>
        `${severity} ${rule} ${path.split("/").map(encodeURIComponent).join("/")}:${Math.max(1, line)}`,
    ),
  );
  git("commit", "-qm", "x");
  const clean = await sarif("--staged");
  expect(faultsOf(clean)).toEqual([]);
  expect(clean.runs[0].results).toEqual([]);
});

test("--json and --sarif together are refused", async () => {
  expect(await cli(["doctor", "--sarif", "--json"], { cwd: folder })).toMatchObject({
    code: 2,
    out: "",
    error: expect.stringContaining("Fix: give one of them."),
  });
});
