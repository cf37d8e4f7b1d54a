import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeyRing } from "latchkey";
import { generateSecretKey, loadKeyRing } from "latchkey/keys";
import { Signer } from "latchkey/signing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { writeKeyFile } from "../../src/keys/sources/key-file.ts";
import { watchKeyFile, type KeyFileWatch } from "../../src/keys/sources/watch.ts";

const folders: string[] = [];
const watches: KeyFileWatch[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const [old, next] = [generateSecretKey(), generateSecretKey()];
const currentOf = (ring: KeyRing): string => Buffer.from(ring.current.bytes()).toString();

function setUp(): {
  folder: string;
  file: string;
  ring: KeyRing;
  start: (file?: string) => { reloads: number; errors: unknown[]; watch: KeyFileWatch };
} {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-watch-"));
  folders.push(folder);
  const file = join(folder, "secret_key");
  writeFileSync(file, `${old}\n`, { mode: 0o600 });
  const ring = loadKeyRing({ env: { SECRET_KEY_FILE: file }, mode: "production" });
  const start = (path = file) => {
    const seen = { reloads: 0, errors: [] as unknown[], watch: undefined as unknown as KeyFileWatch };
    seen.watch = watchKeyFile(ring, path, {
      onReload: () => seen.reloads++,
      onError: (error) => seen.errors.push(error),
    });
    watches.push(seen.watch);
    return seen;
  };
  return { folder, file, ring, start };
}

describe("a watched key file", () => {
  test("gives the ring its new keys when the file is replaced, without a restart", async () => {
    const { file, ring, start } = setUp();
    const signer = new Signer(ring, { salt: "test" });
    const signedBefore = signer.sign("value");
    const seen = start();
    writeKeyFile(file, `${next}\n${old}\n`);
    await vi.waitFor(() => expect(currentOf(ring)).toBe(next), { timeout: 60_000 });
    expect(seen).toMatchObject({ reloads: 1, errors: [] });
    expect(signer.validate(signedBefore)).toBe(true);
    expect(signer.sign("value")).not.toBe(signedBefore);
  });

  test("is read again when it is written in place", async () => {
    const { file, ring, start } = setUp();
    start();
    writeFileSync(file, `${next}\n`);
    await vi.waitFor(() => expect(currentOf(ring)).toBe(next), { timeout: 60_000 });
  });

  test("is followed through the symbolic links of Kubernetes", async () => {
    const { folder, ring, start } = setUp();
    const volume = join(folder, "volume");
    const version = (name: string, key: string): void => {
      mkdirSync(join(volume, name), { recursive: true });
      writeFileSync(join(volume, name, "secret_key"), `${key}\n`, { mode: 0o600 });
      symlinkSync(name, join(volume, "..data_tmp"));
      renameSync(join(volume, "..data_tmp"), join(volume, "..data"));
    };
    version("..2026_01", old);
    symlinkSync("..data/secret_key", join(volume, "secret_key"));
    start(join(volume, "secret_key"));
    version("..2026_02", next);
    expect(readlinkSync(join(volume, "..data"))).toBe("..2026_02");
    rmSync(join(volume, "..2026_01"), { recursive: true });
    await vi.waitFor(() => expect(currentOf(ring)).toBe(next), { timeout: 60_000 });
    version("..2026_03", old);
    await vi.waitFor(() => expect(currentOf(ring)).toBe(old), { timeout: 60_000 });
  });

  test("keeps the old keys while the new file cannot be used, and reports", async () => {
    const { file, ring, start } = setUp();
    const seen = start();
    writeFileSync(file, "changeme-changeme-changeme\n");
    await vi.waitFor(() => expect(seen.errors).toHaveLength(1), { timeout: 60_000 });
    expect(seen.errors[0]).toMatchObject({ code: "key_refused" });
    expect(currentOf(ring)).toBe(old);
    writeFileSync(file, `${next}\n`);
    await vi.waitFor(() => expect(currentOf(ring)).toBe(next), { timeout: 60_000 });
    expect(seen.reloads).toBe(1);
  });

  test("says nothing of a file that is missing for a moment", async () => {
    const { file, ring, start } = setUp();
    const seen = start();
    rmSync(file);
    writeFileSync(file, `${next}\n`, { mode: 0o600 });
    await vi.waitFor(() => expect(currentOf(ring)).toBe(next), { timeout: 60_000 });
    expect(seen.errors).toEqual([]);
  });

  test("is read at once on request, as on SIGHUP", () => {
    const { file, ring, start } = setUp();
    const seen = start();
    expect(seen.watch.reload()).toBe(false);
    writeFileSync(file, `${next}\n`);
    expect(seen.watch.reload()).toBe(true);
    expect(currentOf(ring)).toBe(next);
    chmodSync(file, 0o666);
    writeFileSync(file, `${old}\n`);
    expect(seen.watch.reload()).toBe(false);
    expect(seen.errors).toEqual([expect.objectContaining({ code: "key_file" })]);
    expect(currentOf(ring)).toBe(next);
  });

  test("is left alone after close", async () => {
    const { file, ring, start } = setUp();
    const seen = start();
    seen.watch.close();
    writeFileSync(file, `${next}\n`);
    // A second watch sees the change: by then the first would have seen it too.
    const other = new KeyRing(old);
    let reloaded = false;
    watches.push(watchKeyFile(other, file, { onReload: () => (reloaded = true) }));
    writeKeyFile(file, `${next}\n${old}\n`);
    await vi.waitFor(() => expect(reloaded).toBe(true), { timeout: 60_000 });
    expect(currentOf(ring)).toBe(old);
  });

  test("warns if there is no onError", async () => {
    const { file, ring } = setUp();
    const warnings: string[] = [];
    watches.push(watchKeyFile(ring, file, { warn: (message) => warnings.push(message) }));
    writeFileSync(file, "short\n");
    await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining("The keys stay as they were.")]), {
      timeout: 300_000,
    });
  });

  test("in a folder that is missing is an error at once", () => {
    expect(() => watchKeyFile(new KeyRing(old), "/nowhere/at/all/secret_key")).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });
});
