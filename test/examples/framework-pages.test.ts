import { spawnSync } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { io as connect } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { CookieJar } from "../support/cookies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "artifacts/framework-pages");

type Visit = (path: string, form?: Readonly<Record<string, string>>) => Promise<string>;
/** What a program is asked while it runs. */
type Check = (visit: Visit, port: number) => Promise<void>;

const countsVisits: Check = async (visit) => {
  expect(await visit("/")).toMatch(/Visit 1[\s\S]*<script type="module"/);
  expect(await visit("/")).toContain("Visit 2");
};

/** What a program with Socket.IO says to a socket, or why it refuses it. */
async function helloOf(port: number, transport: string, cookie: string): Promise<unknown> {
  const socket = connect(`http://localhost:${port}`, {
    transports: [transport],
    extraHeaders: { cookie },
    reconnection: false,
    forceNew: true,
  });
  try {
    return await new Promise((resolve) => {
      socket.once("hello", resolve);
      socket.once("connect_error", ({ message }) => resolve(message));
    });
  } finally {
    socket.close();
  }
}

/**
 * For each page, a check for each of its programs: a block that begins with an import begins a
 * program, those after it go on with it.
 */
const PAGES: Readonly<Record<string, readonly Check[]>> = {
  express: [
    countsVisits,
    async (visit) => {
      expect(await visit("/add/tea")).toBe('["tea"]');
      expect(await visit("/add/milk")).toBe('["tea","milk"]');
    },
    async (visit) => {
      expect(await visit("/login", { username: "ada", password: "wrong" })).toBe("302 /login");
      expect(await visit("/me")).toBe("null");
      expect(await visit("/login", { username: "ada", password: "correct horse battery staple" })).toBe("302 /me");
      expect(await visit("/me")).toBe('{"id":"7","name":"ada"}');
      expect(await visit("/logout", {})).toBe("302 /me");
      expect(await visit("/me")).toBe("null");
    },
  ],
  fastify: [
    countsVisits,
    async (visit) => {
      expect(await visit("/add/tea")).toBe('["tea"]');
      expect(await visit("/admin")).toBe("nobody");
      expect(await visit("/add/milk")).toBe('["tea","milk"]');
    },
    async (visit) => {
      expect(await visit("/raw")).toBe("Visit 1");
      expect(await visit("/raw")).toBe("Visit 2");
    },
  ],
  hono: [countsVisits],
  koa: [
    async (visit) => {
      await countsVisits(visit, 0);
      expect(await visit("/login", {})).toBe("302 /");
    },
  ],
  web: [
    async (visit) => {
      await countsVisits(visit, 0);
      expect(await visit("/", {})).toBe("303 /");
    },
  ],
  node: [
    countsVisits,
    async (visit) => {
      expect(await visit("/")).toBe("Visit 1");
      expect(await visit("/")).toBe("Visit 2");
    },
    async (visit, port) => {
      expect(await visit("/")).toBe("open a socket");
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const upgrade = httpRequest({
          host: "127.0.0.1",
          port,
          headers: { Connection: "Upgrade", Upgrade: "websocket" },
        });
        upgrade.once("response", (response) => resolve(response.resume().statusCode));
        upgrade.once("error", reject);
        upgrade.end();
      });
      expect(status).toBe(401);
    },
    async (visit, port) => {
      expect(await visit("/login")).toBe("welcome");
      const login = await fetch(`http://localhost:${port}/login`);
      const cookie = login.headers.getSetCookie()[0]!.split(";")[0]!;
      for (const transport of ["polling", "websocket"]) {
        expect(await helloOf(port, transport, cookie)).toBe("7");
        expect(await helloOf(port, transport, "")).toBe("not logged in");
      }
    },
  ],
};

function programsOf(page: string): string[] {
  const text = readFileSync(join(root, "docs", `${page}.md`), "utf8");
  const programs: string[] = [];
  for (const [, block] of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    if (block!.startsWith("import ")) programs.push(block!);
    else programs.push(`${programs.pop() ?? ""}\n${block!}`);
  }
  return programs;
}

const programs = Object.entries(PAGES).flatMap(([page, checks]) =>
  programsOf(page).map((text, index) => ({
    page,
    number: index + 1,
    text,
    check: checks[index],
    file: join(folder, `${page}-${index + 1}.ts`),
  })),
);

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Any free port will do here.
  for (const { file, text } of programs) writeFileSync(file, `${text.replaceAll("3000", "0")}\nexport {};\n`);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"], exclude: [] }),
  );
});

const servers: Server[] = [];
const onListen = (message: unknown): void => void servers.push((message as { server: Server }).server);
beforeAll(() => subscribe("tracing:net.server.listen:asyncEnd", onListen));
afterAll(() => void unsubscribe("tracing:net.server.listen:asyncEnd", onListen));
afterEach(() => {
  for (const server of servers.splice(0)) {
    (server as Server & { closeAllConnections?: () => void }).closeAllConnections?.();
    server.close();
  }
  vi.unstubAllEnvs();
});

test("A7: the pages on frameworks list the same members of a session, and all of them", async () => {
  const tables = Object.keys(PAGES).map((page) => {
    const text = readFileSync(join(root, "docs", `${page}.md`), "utf8");
    return /^## The members of the session$[\s\S]*?^(\|[\s\S]*?)\n\n/m.exec(text)?.[1];
  });
  expect(new Set(tables).size).toBe(1);
  const session = await new SessionManager({ keys: generateSecretKey() }).load(undefined);
  const members = Object.getOwnPropertyNames(Object.getPrototypeOf(session));
  const listed = [...tables[0]!.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)/g)].map(([, name]) => name!),
  );
  expect(listed.toSorted()).toEqual(members.filter((name) => !["constructor", "toJSON"].includes(name)).toSorted());
});

describe("the programs in the pages on frameworks", () => {
  test.each(Object.keys(PAGES))("every program of docs/%s.md has a check", (page) => {
    expect(programsOf(page)).toHaveLength(PAGES[page]!.length);
  });

  test.each(programs)("program $number of $page runs, and does what the page says", async ({ file, check }) => {
    vi.stubEnv("SECRET_KEY", generateSecretKey());
    await import(file);
    await expect.poll(() => servers.length).toBeGreaterThan(0);
    const { port } = servers[0]!.address() as AddressInfo;
    const jar = new CookieJar();
    await check!(async (path, form) => {
      const response = await fetch(`http://localhost:${port}${path}`, {
        method: form === undefined ? "GET" : "POST",
        redirect: "manual",
        headers: { "Sec-Fetch-Dest": "document", ...(jar.header === undefined ? {} : { Cookie: jar.header }) },
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
      jar.take(response.headers.getSetCookie());
      const location = response.headers.get("location");
      return location === null ? await response.text() : `${response.status} ${location}`;
    }, port);
  });

  test("have the types that they seem to have", () => {
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), "-p", folder],
      {
        encoding: "utf8",
      },
    );
    expect([stdout, status]).toEqual(["", 0]);
  });
});
