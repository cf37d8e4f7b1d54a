import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openToRead } from "../../../src/toolbar/disk/database.ts";
import { HistoryFile } from "../../../src/toolbar/disk/history-file.ts";
import { openHistoryReader } from "../../../src/toolbar/disk/history-reader.ts";
import { SharedHistory } from "../../../src/toolbar/disk/shared-history.ts";
import type { HistoryEntry } from "../../../src/toolbar/history.ts";
import { applicationFolder } from "../../support/toolbar-process.ts";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

let made = 0;
/** A record that has a number as its path. */
const entry = (sequence: number, text = ""): HistoryEntry => ({
  summary: {
    id: `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`,
    sequence,
    method: "GET",
    path: `/${sequence}`,
    status: 200,
    duration: 1,
    startedAt: 1,
    tone: "ok",
    findings: 0,
    finished: true,
  },
  json: JSON.stringify({ logs: { text } }),
});

interface Opened {
  readonly history: SharedHistory;
  readonly path: string;
  readonly warnings: string[];
}

function opened({
  folder = applicationFolder(),
  path,
  capacity = 100,
  bytes = 20_000_000,
  scrub = (json) => json,
  own = true,
}: {
  folder?: string;
  path?: string;
  capacity?: number;
  bytes?: number;
  scrub?: (json: string) => string;
  own?: boolean;
} = {}): Opened {
  const warnings: string[] = [];
  const file = path ?? join(folder, ".latchkey", "requests.sqlite");
  const history = new SharedHistory({
    capacity,
    bytes,
    place: { path: file, folder: own ? join(folder, ".latchkey") : undefined },
    app: "app.ts",
    scrub,
    warn: (message) => void warnings.push(message),
  });
  open.push(history);
  return { history, path: file, warnings };
}

const pathsIn = async (path: string): Promise<readonly string[]> => {
  const reader = openHistoryReader(path);
  const list = (await reader?.list()) ?? [];
  reader?.close();
  return list.map((line) => line.path);
};

describe("a history file", () => {
  test("keeps the newest records, by number, in the order of the requests and not of their ends", async () => {
    const { history, path } = opened({ capacity: 3 });
    const add = (...sequences: number[]): void => {
      for (const sequence of sequences) history.add(entry(sequence, `text-${sequence}-${"x".repeat(9_000)}`));
    };
    add(2, 1, 4);
    await expect.poll(async () => await pathsIn(path)).toHaveLength(3);
    add(3, 5);
    expect(history.list().map(({ sequence }) => sequence)).toEqual([5, 4, 3]);
    history.close();
    expect(await pathsIn(path)).toEqual(["/5", "/4", "/3"]);
    const bytes = readFileSync(path, "latin1");
    expect([1, 2, 3, 4, 5].filter((sequence) => bytes.includes(`text-${sequence}-`))).toEqual([3, 4, 5]);
  });

  test("B17: is bounded in bytes, and keeps the newest record in any case", async () => {
    const { history, path } = opened({ bytes: 100_000 });
    for (let count = 1; count <= 20; count++) history.add(entry(count, "x".repeat(20_000)));
    history.close();
    expect(await pathsIn(path)).toEqual(["/20", "/19", "/18", "/17"]);
    const again = opened({ path, bytes: 100_000, folder: join(path, "../..") }).history;
    again.add(entry(21, "x".repeat(500_000)));
    again.close();
    expect(await pathsIn(path)).toEqual(["/21"]);
    // The file does not stay as large as it once was.
    opened({ path, folder: join(path, "../..") });
    expect(statSync(path).size).toBeLessThan(1_500_000);
  });

  test("gives numbers that rise over a restart, also if the clock was set back", () => {
    const folder = applicationFolder();
    const first = opened({ folder }).history;
    const numbers = [first.nextSequence(), first.nextSequence()];
    first.add(entry(numbers[1]!));
    first.close();
    vi.useFakeTimers({ now: new Date("2026-01-02"), toFake: ["Date"] });
    try {
      const second = opened({ folder }).history;
      numbers.push(second.nextSequence(), second.nextSequence());
    } finally {
      vi.useRealTimers();
    }
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(numbers.every(Number.isSafeInteger)).toBe(true);
  });

  test("is read with the keys of now, and what is in it is redacted again", async () => {
    const folder = applicationFolder();
    const before = opened({ folder });
    const secret = entry(1, "a text that is a key today");
    before.history.add(secret);
    before.history.close();
    const scrub = (json: string): string => json.replaceAll("a text that is a key today", "[secret key]");
    const after = opened({ folder, scrub });
    expect(after.history.get(secret.summary.id)?.json).toBe('{"logs":{"text":"[secret key]"}}');
    // Programs that read the file have no keys, so it is changed too.
    const text = (): string => readFileSync(after.path, "latin1") + readFileSync(`${after.path}-wal`, "latin1");
    await expect.poll(text).not.toContain("a text that is a key today");
    const reader = openHistoryReader(after.path)!;
    expect((await reader.record(secret.summary.id))?.panels).toEqual({ logs: { text: "[secret key]" } });
    reader.close();
  });

  test("does not hold up a request while another process has the lock, and is written later", async () => {
    const { history, path, warnings } = opened();
    history.add(entry(1));
    await expect.poll(async () => await pathsIn(path)).toEqual(["/1"]);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    history.add(entry(2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(history.list().map((line) => line.path)).toEqual(["/2", "/1"]);
    expect(await pathsIn(path)).toEqual(["/1"]);
    other.exec("COMMIT");
    other.close();
    await expect.poll(async () => await pathsIn(path)).toEqual(["/2", "/1"]);
    expect(warnings).toEqual([]);
  });

  test("takes a record again that has changed, and tells other processes of it", async () => {
    const folder = applicationFolder();
    const [one, other] = [opened({ folder }).history, opened({ folder }).history];
    const heard: string[] = [];
    other.watch(
      () => true,
      ({ tone }) => void heard.push(tone),
    );
    const first = entry(1);
    one.add(first);
    await expect.poll(() => heard).toEqual(["ok"]);
    one.add({ summary: { ...first.summary, tone: "warn" }, json: '{"logs":{}}' });
    await expect.poll(() => heard).toEqual(["ok", "warn"]);
    expect(other.list()).toHaveLength(1);
    expect(other.get(first.summary.id)?.json).toBe('{"logs":{}}');
  });

  test("is looked into only while somebody watches", async () => {
    const folder = applicationFolder();
    const [one, other] = [opened({ folder }).history, opened({ folder }).history];
    const heard: string[] = [];
    const watch = (isWatched: boolean, name: string): void =>
      other.watch(
        () => isWatched,
        () => void heard.push(name),
      );
    watch(false, "first");
    let sequence = 0;
    // A second call does nothing until the first one has ended.
    await expect
      .poll(() => {
        watch(true, "second");
        one.add(entry(++sequence));
        return heard.length;
      })
      .toBeGreaterThan(0);
    expect(new Set(heard)).toEqual(new Set(["second"]));
  });

  test("that was deleted is made again", async () => {
    const { history, path, warnings } = opened();
    history.add(entry(1));
    await expect.poll(async () => await pathsIn(path)).toEqual(["/1"]);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix);
    history.add(entry(2));
    await expect.poll(async () => await pathsIn(path)).toEqual(["/2"]);
    expect(warnings).toEqual([]);
  });

  test("writes what waits when it closes", async () => {
    const { history, path } = opened();
    for (let count = 1; count <= 80; count++) history.add(entry(count));
    history.close();
    history.close();
    expect(await pathsIn(path)).toHaveLength(80);
    expect(history.list()).toHaveLength(80);
    history.add(entry(81));
    expect(history.list()[0]?.path).toBe("/81");
  });
});

describe("memory goes on, and one line says why, with", () => {
  const goesOn = ({ history, warnings }: Opened, sentence: string | RegExp): void => {
    history.add(entry(1));
    expect(history.list().map((line) => line.path)).toEqual(["/1"]);
    expect(history.nextSequence()).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(/^The debug toolbar keeps its history in memory only, until this process ends\. .* Fix: /),
    ]);
    expect(warnings[0]).toMatch(sentence);
    history.close();
    expect(warnings).toHaveLength(1);
  };
  const prepared = (prepare: (file: string, folder: string) => void): string => {
    const folder = applicationFolder();
    mkdirSync(join(folder, ".latchkey"), { mode: 0o700 });
    prepare(join(folder, ".latchkey", "requests.sqlite"), folder);
    return folder;
  };
  const database = (file: string, sql: string): void => {
    const made = new DatabaseSync(file);
    made.exec(sql);
    made.close();
  };

  test("a file that is not a database", () => {
    const folder = prepared((file) => writeFileSync(file, "x".repeat(10_000)));
    goesOn(opened({ folder }), /requests\.sqlite is damaged, or is not a database\. Fix: delete it\./);
    expect(readFileSync(join(folder, ".latchkey", "requests.sqlite"), "utf8")).toBe("x".repeat(10_000));
  });

  test("a database of another program, which is not changed", async () => {
    const folder = prepared((file) =>
      database(file, "CREATE TABLE requests (id TEXT); INSERT INTO requests VALUES ('mine')"),
    );
    const { path, ...rest } = opened({ folder });
    goesOn({ path, ...rest }, /is a database, but not a history of this version/);
    const other = new DatabaseSync(path);
    expect(other.prepare("SELECT id FROM requests").all()).toEqual([{ id: "mine" }]);
    other.close();
  });

  test.each([
    ["a trigger", "CREATE TRIGGER t AFTER INSERT ON requests BEGIN DELETE FROM meta; END"],
    ["a view", "CREATE VIEW v AS SELECT 1"],
    ["another column", "ALTER TABLE requests ADD COLUMN more TEXT"],
  ])("a history to which somebody added %s", (_, sql) => {
    const folder = applicationFolder();
    const { history, path } = opened({ folder });
    history.close();
    database(path, sql);
    goesOn(opened({ folder }), /not a history of this version/);
    expect(() => openToRead(path)).toThrow(/not a history of this version/);
  });

  test("a file that is damaged while it is used", async () => {
    const { history, path, warnings } = opened();
    for (let count = 1; count <= 50; count++) history.add(entry(count, "x".repeat(5_000)));
    await expect.poll(async () => await pathsIn(path)).toHaveLength(50);
    const other = new DatabaseSync(path);
    other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    other.close();
    const bytes = readFileSync(path);
    bytes.fill(0xab, 4096);
    writeFileSync(path, bytes);
    history.add(entry(51));
    await expect.poll(() => warnings).toEqual([expect.stringMatching(/is damaged/)]);
    expect(history.list()[0]?.path).toBe("/51");
    expect(history.get("00000000-0000-4000-8000-999999999999")).toBeUndefined();
  });

  test.each(["requests.sqlite", "requests.sqlite-wal"])("a link in the place of %s", (name) => {
    const folder = prepared((_, home) => {
      writeFileSync(join(home, "target"), "mine");
      symlinkSync(join(home, "target"), join(home, ".latchkey", name));
    });
    goesOn(opened({ folder }), /is a link\. Fix: remove it\./);
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("mine");
  });

  test("a link in the place of the folder", () => {
    const folder = applicationFolder();
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(folder, ".latchkey"));
    goesOn(opened({ folder }), /is not a folder of its own, but a link/);
    expect(existsSync(join(folder, "elsewhere", "requests.sqlite"))).toBe(false);
  });

  test("a file that has a second name", () => {
    const folder = prepared((file, home) => {
      writeFileSync(join(home, "target"), "");
      linkSync(join(home, "target"), file);
    });
    goesOn(opened({ folder }), /hard link/);
  });

  test.runIf(process.getuid?.() === 0)("a folder or a file of another user", () => {
    const one = prepared((_, home) => chownSync(join(home, ".latchkey"), 12_345, 12_345));
    goesOn(opened({ folder: one }), /belongs to another user/);
    const other = prepared((file) => {
      writeFileSync(file, "");
      chownSync(file, 12_345, 12_345);
    });
    goesOn(opened({ folder: other }), /belongs to another user/);
    expect(lstatSync(join(other, ".latchkey", "requests.sqlite")).size).toBe(0);
  });

  test("a path in a folder where every user may write", () => {
    const folder = applicationFolder();
    chmodSync(folder, 0o777);
    goesOn(opened({ folder, path: join(folder, "history.db"), own: false }), /Every user of this machine may write/);
    expect(existsSync(join(folder, "history.db"))).toBe(false);
  });

  test("a path in a folder that does not exist", () => {
    const folder = applicationFolder();
    goesOn(opened({ folder, path: join(folder, "nowhere", "history.db"), own: false }), /cannot be used \(ENOENT\)/);
  });

  test("a runtime without node:sqlite", () => {
    const spy = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    try {
      goesOn(opened(), /has no module node:sqlite/);
    } finally {
      spy.mockRestore();
    }
  });
});

test("a history of an earlier version is replaced", async () => {
  const folder = applicationFolder();
  const { history, path } = opened({ folder });
  history.add(entry(1));
  history.close();
  const older = new DatabaseSync(path);
  older.exec("PRAGMA user_version = 99; ALTER TABLE requests ADD COLUMN more TEXT");
  older.close();
  const { warnings, history: next } = opened({ folder });
  expect(warnings).toEqual([]);
  expect(next.list()).toEqual([]);
});

test("rows that somebody else has written are left out", async () => {
  const { history, path } = opened();
  const good = entry(5);
  history.add(good);
  history.close();
  const other = new DatabaseSync(path);
  const insert = other.prepare(
    "INSERT INTO requests (id, sequence, app, process, bytes, summary, panels) VALUES (?, ?, 'app.ts', '', 1, ?, ?)",
  );
  const line = JSON.stringify(good.summary);
  const badId = (index: number): string => good.summary.id.replace(/^0{8}/, `bad0000${index}`);
  for (const [index, summary] of [
    "",
    "null",
    "[]",
    "{}",
    line.replace('"GET"', "7"),
    line.replace('"ok"', '"<script>"'),
  ].entries())
    insert.run(`bad-${index}`, 10 + index, summary.replace(good.summary.id, badId(index)), "{}");
  insert.run(
    "11111111-1111-4111-8111-111111111111",
    20,
    line.replace(good.summary.id, "11111111-1111-4111-8111-111111111111"),
    "[1",
  );
  other.close();
  const { history: again, warnings } = opened({ folder: join(path, "../..") });
  expect(
    again
      .list()
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual([good.summary.id, "11111111-1111-4111-8111-111111111111"]);
  expect(again.get("11111111-1111-4111-8111-111111111111")).toBeUndefined();
  expect(warnings).toEqual([]);
});

test("an old folder that others could read is made private", () => {
  const folder = applicationFolder();
  mkdirSync(join(folder, ".latchkey"), { mode: 0o755 });
  writeFileSync(join(folder, ".latchkey", "requests.sqlite"), "", { mode: 0o644 });
  const { path, warnings } = opened({ folder });
  expect(warnings).toEqual([]);
  expect([statSync(join(folder, ".latchkey")).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
});

test("HistoryFile is closed where it cannot be opened", () => {
  const folder = applicationFolder();
  const path = join(folder, "history.db");
  writeFileSync(path, "not a database, but longer than its head of one hundred bytes".repeat(3));
  expect(
    () => new HistoryFile({ path, capacity: 1, bytes: 1, app: "", scrub: (json) => json, onFailure: () => undefined }),
  ).toThrow(expect.objectContaining({ name: "HistoryFileError" }));
  rmSync(path);
});
