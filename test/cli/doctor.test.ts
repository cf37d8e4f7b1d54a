import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generateSecretKey } from "latchkey/keys";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findKeys } from "../../src/cli/doctor/find-keys.ts";
import type { DoctorReport } from "../../src/cli/doctor/run.ts";
import { cli } from "../support/cli.ts";

const ARTICLE_KEY = "d5fb8c4fa8bd46638dadc4e751e0d68d";
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "latchkey-doctor-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), mode);
}
const git = (...args: string[]): string =>
  execFileSync("git", ["-C", folder, "-c", "user.name=x", "-c", "user.email=x@localhost", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

/** The codes found, with their place. */
async function examine(...options: string[]): Promise<readonly string[]> {
  const { out } = await cli(["doctor", "--json", ...options, "."], { cwd: folder });
  return (JSON.parse(out) as DoctorReport).findings.map(
    ({ code, path, line }) => `${code} ${path}${line === 0 ? "" : `:${line}`}`,
  );
}

describe("latchkey doctor", () => {
  test("T8: reports a key file that the group may read", async () => {
    git("init", "-q");
    write(".gitignore", ".env\n");
    write(".env", `SECRET_KEY=${generateSecretKey()}\n`, 0o640);
    expect(await examine()).toContain("file_readable .env");
    chmodSync(join(folder, ".env"), 0o600);
    expect(await examine()).toEqual([]);
  });

  test("T9: reports a development key that was committed to git, and none in its ignored file", async () => {
    git("init", "-q");
    write(".env", `SECRET_KEY=lk1-dev_${generateSecretKey().slice(4)}\n`);
    write(".gitignore", ".env\n");
    expect(await examine()).toEqual([]);
    git("add", "-f", ".env");
    git("commit", "-qm", "x");
    expect(await examine()).toContain("key_guessable .env:1");
  });

  test("P19: advises no chmod for a file that git tracks, and says to take the key out of the repository", async () => {
    git("init", "-q");
    write(".travis.yml", "env:\n  - JWT_SECRET=thisisasamplesecret\n", 0o644);
    write(".env", "SECRET_KEY=changethis\n", 0o644);
    git("add", "-A");
    git("commit", "-qm", "x");
    const { out } = await cli(["doctor", "--json", "."], { cwd: folder });
    const { findings } = JSON.parse(out) as DoctorReport;
    expect(findings.filter(({ code, fix }) => code === "file_readable" || fix.includes("chmod"))).toEqual([]);
    expect(findings.find(({ code, path }) => code === "key_in_source" && path === ".travis.yml")?.fix).toMatch(
      /from the repository.*rotate/,
    );
  });

  test("P18: looks at a long word in steps in proportion to its length", () => {
    // Broken, the second takes minutes, and the test's time is over.
    for (const word of ["Ab0_", "a", "a-", 'a="', "a: "])
      expect(findKeys(`  "${word.repeat(500_000)}",\n`, "source")).toEqual([]);
    expect(findKeys(`x = "${"f".repeat(100_000)}"; SECRET_KEY = "${ARTICLE_KEY}"`, "source")).toMatchObject([
      { value: ARTICLE_KEY },
    ]);
  });

  test("finds no problems in a clean application", async () => {
    git("init", "-q");
    write(".gitignore", ".env\n");
    write(".env", `SECRET_KEY=${generateSecretKey()}\n`);
    write("src/app.ts", 'app.config["SECRET_KEY"] = loadKeyRing({ env: process.env });\n');
    write(
      "compose.yml",
      "services:\n  web:\n    environment:\n      SECRET_KEY: ${SECRET_KEY}\n      NODE_ENV: production\n",
    );
    const { code, out } = await cli(["doctor"], { cwd: folder });
    expect([code, out]).toEqual([0, expect.stringContaining("No problems found.")]);
  });

  test("finds keys in source, settings and images, and says what is the matter with each", async () => {
    const strong = generateSecretKey();
    write("app.py", `app.config["SECRET_KEY"] = "${ARTICLE_KEY}"\n`);
    write(
      "server.ts",
      `app.use(\n  session({\n    secret: "keyboard cat",\n  }),\n);\nconst keys = new KeyRing("${strong}");\n`,
    );
    write(
      "docker-compose.yml",
      "services:\n  web:\n    environment:\n      - SESSION_SECRET=hunter2hunter2hunter2\n      - FLASK_DEBUG=1\n",
    );
    write("Dockerfile", "FROM node\nENV SECRET_KEY changeme\n");
    write("shop/.env", `SECRET_KEY=${strong}\n`, 0o644);
    const found = await examine();
    expect(found).toEqual(
      expect.arrayContaining([
        "key_published app.py:1",
        "key_in_source app.py:1",
        "key_published server.ts:3",
        "key_in_source server.ts:6",
        "key_guessable docker-compose.yml:4",
        "debug_on docker-compose.yml:5",
        "key_shared shop/.env:1",
        "file_readable shop/.env",
      ]),
    );
    expect(found.some((line) => line.endsWith("Dockerfile:2"))).toBe(true);
  });

  test("looks at what git keeps, ignores and remembers", async () => {
    const gone = generateSecretKey();
    git("init", "-q");
    write(".env", `SECRET_KEY=${generateSecretKey()}\n`);
    write("settings.ts", `export const secretKey = "${gone}";\n`);
    git("add", "-A");
    git("commit", "-qm", "one");
    write("settings.ts", 'export const secretKey = process.env["SECRET_KEY"];\n');
    git("commit", "-qam", "two");
    write(".env.local", `SECRET_KEY=${generateSecretKey()}\n`);
    const found = await examine();
    expect(found).toEqual(
      expect.arrayContaining([
        "file_tracked .env",
        "file_not_ignored .env.local",
        "key_in_history settings.ts",
        "key_in_history .env",
      ]),
    );
    expect((await examine("--no-history")).filter((line) => line.startsWith("key_in_history"))).toEqual([]);
    expect((await cli(["doctor"], { cwd: folder })).code).toBe(1);
  });

  test("finds a key that was made here in the history of any file, and one that was mistyped", async () => {
    git("init", "-q");
    write("README.md", `Start it with ${generateSecretKey()}.\n`);
    write("straße.md", `${generateSecretKey()}\r`);
    git("add", "-A");
    git("commit", "-qm", "one");
    write("README.md", "Start it.\n");
    git("commit", "-qam", "two");
    write(".gitignore", ".env\n");
    write(".env", `SECRET_KEY=${generateSecretKey().slice(0, -3)}\n`);
    expect(await examine()).toEqual(["key_mistyped .env:1", "key_in_history README.md", "key_in_history straße.md"]);
    const { out } = await cli(["doctor"], { cwd: folder });
    expect(out).toContain("The value of SECRET_KEY cannot be used. The key begins with lk1_, but its checksum");
  });

  test("warns of a debug mode and a toolbar that ask no environment", async () => {
    write("a.ts", "app.debug = true;\n// app.debug = true;\n");
    write("b.ts", 'const toolbar = new Toolbar({ keys, mode: "development" });\n');
    write("c.ts", 'app.debug = process.env["NODE_ENV"] !== "production";\n');
    write(".env.production", "NODE_ENV=development\n");
    expect(await examine()).toEqual(["debug_on .env.production:1", "debug_on a.ts:1", "toolbar_on b.ts:1"]);
  });

  test("P1: finds every literal that says development, wherever it stands in the call", async () => {
    write("bare.ts", "const toolbar = new Toolbar({ keys });\nconst ring = loadKeyRing({ env: process.env });\n");
    write(
      "lines.ts",
      'const toolbar = new Toolbar({\n  keys,\n  panels: [{ id: "x" }],\n  mode: "development",\n});\n',
    );
    write(
      "comment.ts",
      '// new Toolbar({ mode: "development" })\nnew Toolbar({ keys });\nconst other = { mode: "development" };\n',
    );
    write("quotes.js", "new Toolbar({ 'mode': 'test', keys });\n");
    write(
      "ring.ts",
      'const keys = loadKeyRing({ env: {}, mode: "development" });\nnew KeyRing(key, [], { mode: "development" });\n',
    );
    write("both.ts", "new Toolbar({ keys, production: true, authorize: ({ header }) => header('x') === 'y' });\n");
    write("alone.ts", "new Toolbar({ keys, production: true });\n");
    write("asks.ts", 'new Toolbar({ keys, mode: process.env["NODE_ENV"] });\n');
    const { out } = await cli(["doctor", "--json", "."], { cwd: folder });
    const found = (JSON.parse(out) as DoctorReport).findings.map(
      ({ severity, code, path, line }) => `${severity} ${code} ${path}:${line}`,
    );
    expect(found).toEqual([
      "warning toolbar_on alone.ts:1",
      "warning toolbar_on lines.ts:1",
      "warning toolbar_on quotes.js:1",
      "warning debug_on ring.ts:1",
      "warning debug_on ring.ts:2",
      "note toolbar_on both.ts:1",
    ]);
  });

  test("P1: app.debug = true is a note where latchkey/flask asks the environment, and a warning elsewhere", async () => {
    write("ours.ts", 'import { Flask } from "latchkey/flask";\napp.debug = true;\nawait app.run();\n');
    write("theirs.py", "app.run(debug=True)\n");
    const { out, code } = await cli(["doctor", "--json", "."], { cwd: folder });
    const found = (JSON.parse(out) as DoctorReport).findings.map(
      ({ severity, path, line }) => `${severity} ${path}:${line}`,
    );
    expect([found, code]).toEqual([["warning theirs.py:1", "note ours.ts:2"], 1]);
  });

  test("P1: notes a script that starts a server and does not say where, and warns of a start that says development", async () => {
    const manifest = (scripts: object, dependencies: object = { latchkey: "0.1.0" }): void =>
      write("package.json", JSON.stringify({ scripts, dependencies }, undefined, 2));
    manifest({ start: "node server.js", dev: "NODE_ENV=development node --watch server.js", build: "node build.js" });
    expect(await examine()).toEqual(["mode_unsaid package.json:3"]);
    manifest({ start: "NODE_ENV=development tsx server.ts" });
    expect(await examine()).toEqual(["debug_on package.json:3"]);
    manifest({
      start: "NODE_ENV=production node server.js",
      dev: "node --env-file=.env server.js",
      test: "node --test",
    });
    expect(await examine()).toEqual([]);
    manifest({ start: "node server.js" }, { express: "5.0.0" });
    expect(await examine()).toEqual([]);
  });

  test("P12: leaves out what git ignores, but not the files that are ignored because they are secret", async () => {
    git("init", "-q");
    write(".gitignore", ".env\ngenerated/\n*.gen.ts\n/web/public/bundle.js\nlocal.yml\n.latchkey/\n");
    const bundle = `new Toolbar({ keys, mode: "development" });\nconst secretKey = "${ARTICLE_KEY}";\n`;
    for (const path of ["generated/app.js", "generated/deep/settings.json", "a.gen.ts", "web/public/bundle.js"])
      write(path, bundle);
    write("generated/settings.yml", "SECRET_KEY: changeme\n");
    expect(await examine()).toEqual([]);
    write(".env", "SECRET_KEY=changeme\n");
    write("local.yml", "SECRET_KEY: changeme\n");
    write("generated/.env", "SECRET_KEY=changeme\n");
    expect((await examine()).filter((line) => line.startsWith("key_guessable"))).toEqual([
      "key_guessable .env:1",
      "key_guessable generated/.env:1",
      "key_guessable local.yml:1",
    ]);
  });

  test("P12: leaves out folders and lines that tools write", async () => {
    const bundle = `new Toolbar({ keys, mode: "development" });\nconst secretKey = "${ARTICLE_KEY}";\n`;
    for (const name of [".output", ".svelte-kit", "out", ".turbo", ".react-router", ".next", ".nuxt", "dist", "build"])
      write(`${name}/app.js`, bundle);
    write("public/app.min.js", bundle);
    write("public/app.js", `${bundle.replaceAll("\n", ";")}${"x();".repeat(400)}\n`);
    expect(await examine()).toEqual([]);
  });

  test("P12: says what to do once for each key", async () => {
    for (const name of ["a", "b", "c", "d"]) write(`${name}.ts`, `const secretKey = "${ARTICLE_KEY}";\n`);
    for (const name of ["e", "f"]) write(`${name}.ts`, "app.debug = true;\n");
    const { out } = await cli(["doctor", "."], { cwd: folder });
    const advice = out.split("\n").filter((line) => line.startsWith("  → "));
    expect(new Set(advice).size).toBe(advice.length);
    for (const name of ["a", "b", "c", "d", "e", "f"]) expect(out).toContain(`${name}.ts:1`);
    expect(out.match(/is on a list of published keys/g)).toHaveLength(1);
    expect(out.match(/Debug mode is on in every environment/g)).toHaveLength(1);
  });

  test("changes nothing, and never prints a key", async () => {
    const strong = generateSecretKey();
    git("init", "-q");
    write(".env", `SECRET_KEY=${strong}\n`, 0o644);
    write("app.py", `SECRET_KEY = '${ARTICLE_KEY}'\n`);
    git("add", "-A");
    git("commit", "-qm", "one");
    const state = (): unknown => [
      git("status", "--short"),
      readdirSync(folder),
      ["app.py", ".env"].map((file) => [
        readFileSync(join(folder, file), "utf8"),
        statSync(join(folder, file)).mtimeMs,
      ]),
    ];
    const before = state();
    const outputs = [await cli(["doctor"], { cwd: folder }), await cli(["doctor", "--json"], { cwd: folder })];
    expect(state()).toEqual(before);
    for (const { out, error } of outputs) {
      expect(out + error).not.toContain(strong);
      expect(out + error).not.toContain(ARTICLE_KEY);
    }
  });

  test("leaves out what is installed, built, locked, binary or an example to copy", async () => {
    write("node_modules/x/index.js", `const secretKey = "${ARTICLE_KEY}";\n`);
    write("package-lock.json", `{ "secret_key": "${ARTICLE_KEY}" }\n`);
    write(".env.example", "SECRET_KEY=changeme\n");
    write("image.ts", `\0const secretKey = "${ARTICLE_KEY}";\n`);
    expect(await examine()).toEqual([]);
    expect(await cli(["doctor", "nowhere"], { cwd: folder })).toMatchObject({
      code: 2,
      error: expect.stringContaining("There is no folder nowhere"),
    });
  });
});

describe("what counts as a key that is written down", () => {
  test("a key that was made here, with or without a name, and each of a list", () => {
    const [one, two] = [generateSecretKey(), generateSecretKey()];
    expect(findKeys(`SECRET_KEY_FALLBACKS='["${one}","${two}"]'\n# ${one}\n`, "settings")).toEqual([
      { name: "SECRET_KEY_FALLBACKS", value: one, line: 1, isInComment: false },
      { name: "SECRET_KEY_FALLBACKS", value: two, line: 1, isInComment: false },
      { name: "a key", value: one, line: 2, isInComment: false },
    ]);
    expect(findKeys(`${one}${two}-x lk1_${one} ${one.slice(1)}`, undefined).map(({ value }) => value)).toEqual([
      one,
      two,
      one,
    ]);
  });

  test.each([
    ['SECRET_KEY = "abc"', "abc"],
    ["app.secret_key = b'abc'", "abc"],
    ['app.config["SECRET_KEY"] = "abc"', "abc"],
    ['app.config.update(SECRET_KEY="abc")', "abc"],
    ["const secretKey: string = `abc`;", "abc"],
    ['session({ secret: "abc", resave: false })', "abc"],
    ['cookieSession({ keys: ["abc"] })', "abc"],
    ['getIronSession(req, res, { password: "abc" })', "abc"],
    ['SecretKey.from("abc")', "abc"],
    ['secret_key_base: "abc"', "abc"],
    ['const label = "SECRET_KEY";', undefined],
    ['{ secret: "abc" }', undefined],
    ['SECRET_KEY = os.environ["SECRET_KEY"]', undefined],
    ["const secretKey = process.env.SECRET_KEY;", undefined],
    ['if (code === "key_missing") secretKey = ""', undefined],
  ])("source: %s", (line, value) => {
    expect(findKeys(line, "source").map((key) => key.value)).toEqual(value === undefined ? [] : [value]);
  });

  test.each([
    ["SECRET_KEY=abc", "abc"],
    ['export SECRET_KEY="a b#c"', "a b#c"],
    ["SECRET_KEY=abc # for now", "abc"],
    ["      SECRET_KEY: abc", "abc"],
    ["      - SECRET_KEY=abc", "abc"],
    ["ENV SECRET_KEY abc", "abc"],
    ["ARG SESSION_SECRET=abc", "abc"],
    ["SECRET_KEY=${SECRET_KEY}", undefined],
    ["SECRET_KEY_FILE=/run/secrets/key", undefined],
    ["# SECRET_KEY=abc", undefined],
    ["SECRET_KEY=", undefined],
  ])("settings: %s", (line, value) => {
    expect(findKeys(line, "settings").map((key) => key.value)).toEqual(value === undefined ? [] : [value]);
  });
});
