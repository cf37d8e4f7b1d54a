import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../support/docs/pages.ts";

/* What nobody can run before it is on a forge: whether the workflows keep their promises. */

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = globSync(".github/workflows/*.yml", { cwd: root });
const sourceOf = (file: string): string => readFileSync(join(root, file), "utf8");
const read = (file: string): Workflow => parse(sourceOf(file)) as Workflow;
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

test("there is one for each change, and one for a release", () => {
  expect(files.map((file) => basename(file)).toSorted()).toEqual(["ci.yml", "release.yml"]);
});

describe.each(files)("%s", (file) => {
  const { permissions, jobs } = read(file);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test("takes actions by commit, and names their version", () => {
    const uses = [...sourceOf(file).matchAll(/uses: (.*)$/gm)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("may only read, but for the jobs that say more, and ends by itself", () => {
    expect(permissions).toEqual({ contents: "read" });
    for (const [name, job] of Object.entries(jobs)) {
      expect([name, job["timeout-minutes"]]).toEqual([name, expect.any(Number)]);
      const granted = Object.entries(job.permissions ?? {}).filter(([, level]) => level === "write");
      // What may write runs nothing that a change of the repository could bring along.
      if (granted.length === 0) continue;
      expect(job.steps.some(({ uses }) => uses?.startsWith("actions/checkout@") === true)).toBe(false);
      expect(job.steps.some(({ run }) => /npm (?:ci|run|install (?!--global npm@))/.test(run ?? ""))).toBe(false);
    }
  });

  test("keeps no credential in the checkout, and puts no text of others into a shell", () => {
    for (const { uses, with: options } of steps)
      if (uses?.startsWith("actions/checkout@") === true)
        expect(options).toMatchObject({ "persist-credentials": false });
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });

  test("runs commands that there are, on the project's Node", () => {
    for (const { run = "" } of steps) {
      for (const [, script] of run.matchAll(/npm run ([\w:]+)/g))
        expect(Object.keys(manifest.scripts)).toContain(script);
      for (const [, path] of run.matchAll(/bash (\S+)/g)) expect(existsSync(join(root, path!))).toBe(true);
    }
    const nodes = steps.flatMap(({ uses, with: options }) =>
      uses?.startsWith("actions/setup-node@") === true ? [String(options?.["node-version"])] : [],
    );
    expect(new Set(nodes)).toEqual(new Set([manifest.devDependencies["node"]!.split(".")[0]]));
  });
});

test("a release is staged from the file that was checked, after all tests, and approved by a person", () => {
  const { on, jobs } = read(".github/workflows/release.yml");
  expect(on).toEqual({ push: { tags: ["v*"] } });
  const all = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = "" }) => run));
  expect(all.filter((run) => /npm (?:stage )?publish/.test(run))).toEqual(["npm stage publish ./latchkey-*.tgz"]);
  const { stage } = jobs;
  expect(stage).toMatchObject({ needs: ["test", "pack"], environment: "npm", permissions: { "id-token": "write" } });
  // `npm stage` came with npm 11.15.
  const [, minor] = /npm@11\.(\d+)\.\d+/.exec(stage!.steps.map(({ run = "" }) => run).join("\n"))!;
  expect(Number(minor)).toBeGreaterThanOrEqual(15);
  expect(Object.values(jobs).filter(({ permissions }) => permissions?.["id-token"] !== undefined)).toEqual([stage]);
  expect(sourceOf(".github/workflows/release.yml")).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN|secrets\./);
});

test("forms for issues and changes are valid, and send attacks to SECURITY.md", () => {
  const forms = globSync(".github/ISSUE_TEMPLATE/*.yml", { cwd: root }).filter((file) => !file.endsWith("config.yml"));
  expect(forms).toHaveLength(2);
  for (const form of forms) {
    const { name, description, body } = parse(sourceOf(form)) as {
      readonly name: unknown;
      readonly description: unknown;
      readonly body: readonly { readonly type: string; readonly id?: string; readonly attributes: object }[];
    };
    expect([typeof name, typeof description]).toEqual(["string", "string"]);
    for (const { type, id, attributes } of body) {
      expect(["markdown", "textarea", "input"]).toContain(type);
      if (type !== "markdown")
        expect([id, attributes]).toEqual([
          expect.any(String),
          expect.objectContaining({ label: expect.any(String) as unknown }),
        ]);
    }
  }
  expect(sourceOf(".github/ISSUE_TEMPLATE/fault.yml")).toContain("SECURITY.md");
  expect(sourceOf(".github/pull_request_template.md")).toContain("SECURITY.md");
});
