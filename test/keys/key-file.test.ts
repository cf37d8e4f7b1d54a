import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SecretKeyError } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, describe, expect, test } from "vitest";
import { readKeyFile, writeKeyFile } from "../../src/keys/sources/key-file.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-files-"));
// The child of another user must be able to reach the file that it may not read.
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

const key = generateSecretKey();
const old = generateSecretKey();
const module = fileURLToPath(new URL("../../src/keys/sources/key-file.ts", import.meta.url));
let files = 0;

function write(content: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, `key-${files++}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe("readKeyFile reads", () => {
  test.each<[string, string, string[]]>([
    ["a key without a newline", key, [key]],
    ["a key and a newline", `${key}\n`, [key]],
    ["a key and Windows' newline", `${key}\r\n`, [key]],
    ["white space around the key as a part of it", ` ${key}\t\n`, [` ${key}\t`]],
    ["further lines as fallbacks", `${key}\n${old}\n`, [key, old]],
    ["further lines with Windows' newlines", `${key}\r\n${old}\r\n`, [key, old]],
    ["letters outside of ASCII", `Grüße ${key}\n`, [`Grüße ${key}`]],
  ])("%s", (_, content, keys) => {
    const read = readKeyFile(write(content));
    expect([read.current, ...read.fallbacks]).toEqual(keys);
    expect(read.warnings).toEqual([]);
  });

  test("what a symbolic link leads to", () => {
    const link = join(folder, "link");
    symlinkSync(write(`${key}\n`), link);
    expect(readKeyFile(link).current).toBe(key);
  });

  test.each([0o640, 0o604, 0o644])("a file of mode %o with a warning", (mode) => {
    const path = write(key, mode);
    expect(readKeyFile(path).warnings).toEqual([expect.stringContaining(`chmod 600 ${path}`)]);
  });
});

describe("K13: who may change a key file", () => {
  const at = (name: string, folderMode: number, fileMode = 0o600): string => {
    const inside = join(folder, name);
    mkdirSync(inside);
    const path = join(inside, "secret_key");
    writeFileSync(path, `${key}\n`);
    chmodSync(path, fileMode);
    chmodSync(inside, folderMode);
    return path;
  };

  test.each([0o620, 0o660])("a group, by the mode %o of the file, is worth a warning", (mode) => {
    expect(readKeyFile(write(key, mode)).warnings).toEqual([expect.stringContaining("may be written by its group")]);
  });

  test("everybody, by the folder, is an error, also by the folder that a link leads to", () => {
    const path = at("open", 0o777);
    expect(() => readKeyFile(path)).toThrow(/its folder .*open, and so replace the file\. Fix: chmod 755/);
    const link = join(folder, "link-into-open");
    symlinkSync(path, link);
    expect(() => readKeyFile(link)).toThrow(/open, and so replace the file/);
  });

  test("no other user, in a sticky folder or in an own folder", () => {
    expect(readKeyFile(at("sticky", 0o1777)).warnings).toEqual([]);
    expect(readKeyFile(at("own", 0o755)).warnings).toEqual([]);
  });

  test.skipIf(process.geteuid?.() !== 0)("another user, who owns the file or its folder, is worth a warning", () => {
    const path = at("of-another", 0o755);
    chownSync(path, 12345, 12345);
    expect(readKeyFile(path).warnings).toEqual([expect.stringMatching(/belongs to another user \(number 12345\)/)]);
    chownSync(path, 0, 0);
    chownSync(join(folder, "of-another"), 12345, 12345);
    expect(readKeyFile(path).warnings).toEqual([expect.stringMatching(/folder .* belongs to another user/)]);
  });
});

test("K12: a file that cannot be written whole stays as it was", () => {
  const path = write(`${key}\n`);
  const text = Array.from({ length: 40 }, () => generateSecretKey()).join("\n") + "\n";
  const script = `process.on("SIGXFSZ", () => {}); import { writeKeyFile } from ${JSON.stringify(module)}; writeKeyFile(${JSON.stringify(path)}, ${JSON.stringify(text)});`;
  const node = `"${process.execPath}" --input-type=module-typescript --disable-warning=ExperimentalWarning -`;
  const { status } = spawnSync("bash", ["-c", `ulimit -f 1; ${node}`], { input: script });
  expect(status).not.toBe(0);
  expect(readFileSync(path, "utf8")).toBe(`${key}\n`);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

describe("readKeyFile refuses", () => {
  const device = "/dev/zero";
  test.each<[string, () => string, RegExp]>([
    ["a byte order mark", () => write(`\u{FEFF}${key}`), /byte order mark/],
    ["UTF-16", () => write(Buffer.from(`\u{FEFF}${key}`, "utf16le")), /UTF-16/],
    ["a NUL byte", () => write(`${key}\0`), /NUL/],
    ["other bytes than UTF-8", () => write(Buffer.concat([Buffer.from(key), Buffer.from([0xff])])), /UTF-8/],
    ["a carriage return inside", () => write(`${key}\r${old}\n`), /carriage return/],
    ["a carriage return behind the key and no newline", () => write(`${key}\r`), /carriage return/],
    ["mixed line ends", () => write(`${key}\r\n${old}\n`), /carriage return/],
    ["two newlines at the end", () => write(`${key}\n\n`), /more than one newline/],
    ["two Windows' newlines at the end", () => write(`${key}\r\n\r\n`), /more than one newline/],
    ["a blank line inside", () => write(`${key}\n  \n${old}\n`), /blank line/],
    ["a newline first", () => write(`\n${key}\n`), /blank line/],
    ["only white space", () => write(" ".repeat(40)), /no key/],
    ["an empty file", () => write(""), /0 bytes/],
    ["fifteen bytes", () => write("x".repeat(15)), /15 bytes/],
    ["5 MB", () => write("x".repeat(5_000_000)), /5000000 bytes/],
    ["a folder", () => folder, /regular file/],
    ["a device", () => device, /regular file/],
    [
      "a link to nowhere",
      () => (symlinkSync(join(folder, "nowhere"), join(folder, "dangling")), join(folder, "dangling")),
      /no such file/,
    ],
    ["a missing file", () => join(folder, "missing"), /npx latchkey key generate/],
    ["a file that anybody may write", () => write(key, 0o602), /chmod 600/],
  ])("%s, naming the path and the fix", (_, make, reason) => {
    const path = make();
    let error: unknown;
    try {
      readKeyFile(path);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(SecretKeyError);
    const { code, message } = error as SecretKeyError;
    expect(code).toBe("key_file");
    expect(message).toMatch(reason);
    expect(message).toContain(path);
    expect(message).toContain("Fix: ");
    expect(message).not.toContain(key);
  });

  test("a file that this user may not read", () => {
    const path = write(key, 0o000);
    // Root may read everything, so another user tries.
    const becomeSomebody = process.getuid?.() === 0 ? "process.setgid(65534); process.setuid(65534);" : "";
    const script = `
      const { readKeyFile } = await import(${JSON.stringify(module)});
      ${becomeSomebody}
      try { readKeyFile(${JSON.stringify(path)}); } catch (error) { process.stdout.write(error.code + ": " + error.message); }`;
    const { stdout } = spawnSync(process.execPath, [
      "--input-type=module-typescript",
      "--disable-warning=ExperimentalWarning",
      "-e",
      script,
    ]);
    expect(stdout.toString()).toMatch(/^key_file: .*may not read it/);
  });
});

describe("writeKeyFile", () => {
  test("makes a new file for its owner only", () => {
    const path = join(folder, "new");
    writeKeyFile(path, `${key}\n`);
    expect(readFileSync(path, "utf8")).toBe(`${key}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("keeps the mode, and the old content beside it on request", () => {
    const path = write(`${old}\n`, 0o640);
    writeKeyFile(path, `${key}\n`, { backup: true });
    expect([readFileSync(path, "utf8"), readFileSync(`${path}.bak`, "utf8")]).toEqual([`${key}\n`, `${old}\n`]);
    expect([statSync(path).mode & 0o777, statSync(`${path}.bak`).mode & 0o777]).toEqual([0o640, 0o600]);
  });

  test("writes what a symbolic link leads to, and leaves the link", () => {
    const target = write(`${old}\n`);
    const link = join(folder, "link-to-write");
    symlinkSync(target, link);
    writeKeyFile(link, `${key}\n`);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readlinkSync(link)).toBe(target);
    expect(readFileSync(target, "utf8")).toBe(`${key}\n`);
  });

  test("leaves nothing behind when it fails", () => {
    const directory = join(folder, "taken");
    mkdirSync(join(directory, "key", "not-empty"), { recursive: true });
    expect(() => writeKeyFile(join(directory, "key"), key)).toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect(readdirSync(directory)).toEqual(["key"]);
  });

  test("leaves the old file or the new one, whole, when it is killed at any moment", async () => {
    const path = join(folder, "killed");
    const texts = [`${key}\n${old}\n`.repeat(20), `${old}\n${key}\n`.repeat(20)];
    writeKeyFile(path, texts[0]!);
    const script = `import { writeKeyFile } from ${JSON.stringify(module)}; const texts = ${JSON.stringify(texts)}; process.stdout.write("."); for (let i = 1; ; i++) writeKeyFile(${JSON.stringify(path)}, texts[i % 2], { backup: i % 5 === 0 });`;
    const seen = new Set<string>();
    for (let round = 0; round < 50; round++) {
      const child = spawn(process.execPath, [
        "--input-type=module-typescript",
        "--disable-warning=ExperimentalWarning",
        "-e",
        script,
      ]);
      const ended = new Promise((resolve) => child.on("close", resolve));
      await new Promise((resolve) => child.stdout.once("data", resolve));
      await wait(Math.random() * 20);
      child.kill("SIGKILL");
      await ended;
      const found = readFileSync(path, "utf8");
      expect(texts).toContain(found);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      seen.add(found);
    }
    // Both were met, so the children did write.
    expect(seen.size).toBe(2);
  }, 300_000);
});
