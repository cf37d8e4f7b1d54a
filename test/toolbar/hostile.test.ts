import { Console } from "node:console";
import { createServer } from "node:http";
import { channel } from "node:diagnostics_channel";
import { DatabaseSync } from "node:sqlite";
import { PassThrough } from "node:stream";
import express from "express";
import Fastify from "fastify";
import { debugToolbar as expressToolbar } from "latchkey/express";
import { debugToolbar as fastifyToolbar } from "latchkey/fastify";
import { generateSecretKey } from "latchkey/keys";
import { instrument, Toolbar, type ExchangePage, type Panel, type ToolbarOptions } from "latchkey/toolbar";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { served } from "../support/frameworks.ts";
import { NAVIGATES, recordedAt } from "../support/toolbar-client.ts";

/** Characters of one record, however much happens in a request. */
const MOST_OF_RECORD = 8_000_000;
const PAGE = "<!doctype html><html><body>the page</body></html>";
const quiet = new Console(new PassThrough().resume());
const logger = pino({}, new PassThrough().resume());
const database = instrument(new DatabaseSync(":memory:"));

type Work = (toolbar: Toolbar) => unknown;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/**
 * Servers that do some work and answer with a page, or with what the framework answers to an error.
 */
const SERVERS: Readonly<Record<string, (toolbar: Toolbar, work: Work) => Promise<string>>> = {
  Express: async (toolbar, work) => {
    const app = express().use(expressToolbar(toolbar));
    app.set("env", "test");
    app.get("/page", async (_, response) => {
      await work(toolbar);
      response.type("html").send(PAGE);
    });
    const { url, close } = await served(createServer(app).listen(0, "127.0.0.1"));
    ends.push(close);
    return url;
  },
  Fastify: async (toolbar, work) => {
    const app = Fastify();
    await app.register(fastifyToolbar(toolbar));
    app.get("/page", async (_, reply) => {
      await work(toolbar);
      return await reply.type("text/html").send(PAGE);
    });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    ends.push(async () => await app.close());
    return url;
  },
};

interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly headers: string;
}

/** The answer without what the toolbar adds: its script, and the headers of a page that has it. */
async function outcomeOf(url: string, headers: Readonly<Record<string, string>> = NAVIGATES): Promise<Outcome> {
  const answer = await fetch(`${url}/page`, { headers: { ...headers, connection: "close" } });
  const body = await answer.text();
  const changed = /^(?:cache-control|content-length|date|etag|server-timing|x-latchkey-request)$/;
  return {
    status: answer.status,
    body: body.replace(/\n<script type="module" src="[^"]+"[^>]*><\/script>\n$/, ""),
    headers: JSON.stringify([...answer.headers].filter(([name]) => !changed.test(name))),
  };
}

/** Checks that the answer is the same as without a toolbar, and returns the record. */
async function recorded(
  serve: (toolbar: Toolbar, work: Work) => Promise<string>,
  work: Work,
  options: Partial<ToolbarOptions> = {},
  headers?: Readonly<Record<string, string>>,
): Promise<{ readonly toolbar: Toolbar; readonly page: ExchangePage; readonly json: string }> {
  const off = new Toolbar({ keys: generateSecretKey(), mode: "production" });
  const plain = await outcomeOf(await serve(off, work), headers);
  const toolbar = new Toolbar({ keys: generateSecretKey(), slowMs: 600_000, ...options });
  ends.push(() => toolbar.close());
  expect(await outcomeOf(await serve(toolbar, work), headers)).toEqual(plain);
  const { id } = await recordedAt(toolbar, "/page");
  const json = JSON.stringify(toolbar.record(id));
  expect(json.length).toBeLessThan(MOST_OF_RECORD);
  const page = toolbar.page(id)!;
  expect(JSON.stringify(page).length).toBeLessThan(MOST_OF_RECORD);
  return { toolbar, page, json };
}

const times = (count: number, run: (index: number) => unknown): void => {
  for (let index = 0; index < count; index++) run(index);
};

function keysOf(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));
}

/** Throws whatever is asked of it. */
function hostile(): object {
  const fail = (): never => {
    throw new Error("a trap was called");
  };
  const traps = Reflect.ownKeys(Reflect).filter((name) => typeof name === "string");
  return new Proxy({}, Object.fromEntries(traps.map((name) => [name, fail])));
}

function cyclic(): object {
  const circle: Record<string, unknown> = { list: [], map: new Map() };
  (circle["list"] as unknown[]).push(circle);
  (circle["map"] as Map<unknown, unknown>).set(circle, circle);
  circle["self"] = circle;
  return circle;
}

class Trapped {
  get value(): never {
    throw new Error("a getter was called");
  }
  toJSON(): never {
    throw new Error("toJSON was called");
  }
}

const MEGABYTE = 1_000_000;
const trapped = Object.defineProperty({}, "value", { enumerable: true, get: () => new Trapped().value });

/** What an application may do within one request. */
const WORK: Readonly<Record<string, Work>> = {
  "10,000 queries": () => {
    const statement = database.prepare("select ? as a, ? as b");
    times(10_000, (index) => statement.all(index, "x".repeat(200)));
  },
  "300 queries with a hundred large parameters each": () => {
    const statement = database.prepare(`select ${Array.from({ length: 100 }, () => "?").join(", ")}`);
    const values = Array.from({ length: 100 }, () => "v".repeat(4_000));
    times(300, () => statement.all(...values));
  },
  "a line of 50 MB in each kind of log": (toolbar) => {
    const line = "x".repeat(50 * MEGABYTE);
    quiet.log(line);
    quiet.log("%s", line.slice(0, MEGABYTE));
    toolbar.logStream().write(line);
    logger.info(line.slice(0, MEGABYTE));
  },
  "200 messages with as many members as fit": (toolbar) => {
    const fields = Object.fromEntries(Array.from({ length: 24 }, (_, index) => [`f${index}`, "y".repeat(3_900)]));
    const lines = toolbar.logStream();
    times(200, () => lines.write(`${JSON.stringify({ msg: "many", ...fields })}\n`));
  },
  "200,000 keys in one call": () => {
    const many = keysOf(200_000);
    quiet.log(many);
    quiet.log(new Map(Object.entries(many)), new Set(Object.keys(many)), Object.keys(many));
    quiet.log({ nested: { deep: { many: [many, new Map([["many", many]])] } } });
    quiet.log(...Object.keys(many).slice(0, 10_000));
    channel("test:hostile").publish(many);
  },
  "cyclic objects": (toolbar) => {
    quiet.log(cyclic(), [cyclic()], new Map([["a", cyclic()]]));
    toolbar.logStream().write(`${"[".repeat(90_000)}\n{"a":${"[".repeat(9_000)}${"]".repeat(9_000)}}\n`);
    channel("test:hostile").publish(cyclic());
  },
  "getters and proxies that throw": (toolbar) => {
    quiet.log("a", trapped);
    channel("console.log").publish([hostile(), [hostile()], { hostile: hostile() }]);
    channel("console.error").publish(hostile());
    channel("console.warn").publish([new Trapped(), Object.create(null), Symbol("s")]);
    for (const name of ["tracing:pino_asJson:end", "latchkey:log", "latchkey:session.load", "latchkey:session.commit"])
      for (const message of [hostile(), { result: hostile() }, trapped, undefined, "x", 7n])
        channel(name).publish(message);
    for (const name of [
      "tracing:latchkey:query:start",
      "tracing:latchkey:template:start",
      "tracing:mysql2:query:start",
    ])
      for (const message of [hostile(), { text: hostile(), params: hostile() }, null]) channel(name).publish(message);
    for (const name of ["undici:request:create", "http.client.request.created", "tracing:node-redis:command:start"])
      for (const message of [hostile(), { request: hostile(), args: hostile() }, trapped])
        channel(name).publish(message);
    channel("test:hostile").publish(hostile());
    toolbar.span("hostile", () => hostile());
  },
  "spans of 10 MB": (toolbar) => {
    times(1_000, (index) => toolbar.span(`${index} ${"label ".repeat(2_000)}`, () => {}));
    channel("test:hostile-spans").publish("x".repeat(10_000));
  },
  "spans that throw strange things": async (toolbar) => {
    for (const thrown of [
      hostile(),
      trapped,
      null,
      undefined,
      7n,
      Symbol("s"),
      Object.assign(new Error("x"), { name: 7 }),
    ]) {
      let caught: unknown = "nothing";
      try {
        toolbar.span("throws", () => {
          throw thrown;
        });
      } catch (error) {
        caught = error;
      }
      if (caught !== thrown) throw new Error("another value was thrown");
      const rejected = await toolbar
        .span("rejects", async () => await Promise.reject(thrown))
        .catch((error: unknown) => [error]);
      // In a list, because a promise asks its value for a member "then".
      if (rejected[0] !== thrown) throw new Error("another value was rejected with");
    }
  },
  "an error with a stack of 10 MB": () => {
    const error = new Error("y".repeat(MEGABYTE));
    error.stack = `Error: y\n${"    at f (/srv/app/a.ts:1:1)\n".repeat(350_000)}`;
    throw error;
  },
  "an error out of a deep recursion": () => {
    const recurse = (): number => recurse() + 1;
    recurse();
  },
  "a chain of 10,000 causes": () => {
    let error = new Error("first");
    times(10_000, (index) => (error = new Error(`${index} ${"z".repeat(5_000)}`, { cause: error })));
    // Express's own frames differ where its router is traced, and Express answers with the stack.
    error.stack = "Error: the last";
    throw error;
  },
  "100,000 errors in one, and an error that is its own cause": () => {
    const error: Error & { cause?: unknown } = new AggregateError(
      Array.from({ length: 100_000 }, () => new Error("one of many")),
      "all of them",
    );
    error.cause = error;
    error.stack = "AggregateError: all of them";
    throw error;
  },
  "an error whose members throw": () => {
    const error = new Error("x");
    for (const name of ["message", "stack", "cause", "code", "name"])
      Object.defineProperty(error, name, { get: () => new Trapped().value });
    quiet.error("reported", Object.keys(error));
    channel("test:hostile").publish(error);
  },
};

/** Records what is published to it as it comes. */
const listening: Panel<unknown> = {
  id: "listening",
  title: "Listening",
  channels: {
    "test:hostile": (message, recording) => {
      const heard = recording.slot<unknown[]>("listening", () => []);
      heard.push(recording.redactData(message), recording.redactData({ message }));
    },
    "test:hostile-spans": (message, recording) => {
      for (let index = 0; index < 1_000; index++)
        recording.startSpan({ kind: "app", label: "large", detail: { message, list: Array(100).fill(message) } }).end();
    },
  },
  collect: (recording) => recording.slot<unknown[]>("listening", () => []),
  view: () => [],
};

/** How the record says how much there was. */
const SAYS: Readonly<Record<string, RegExp>> = {
  "10,000 queries": /"count":10000,"omitted":9\d\d\d,/,
  "a line of 50 MB in each kind of log": /"length":50000000.*"length":1000000.*"length":50000000.*"length":10000\d\d/,
  "200 messages with as many members as fit": /Not recorded: the messages of this request have too many members\./,
  "200,000 keys in one call": /199900 more/,
};

describe.each(Object.entries(SERVERS))("on %s, the answer is the same, and the record stays small", (_, serve) => {
  test.each(Object.entries(WORK))(
    "with %s",
    async (name, work) => {
      // A browser gets a page of the toolbar's own in place of the framework's answer to an error.
      const headers = /\berrors?\b|causes/.test(name) ? { accept: "application/json" } : NAVIGATES;
      const { json } = await recorded(serve, work, { panels: [listening] }, headers);
      expect(json).toMatch(SAYS[name] ?? /"version":1/);
    },
    120_000,
  );
});

/** Each of its functions throws, or returns what is no JSON. */
const HOSTILE_PANELS: Readonly<Record<string, Partial<Panel<unknown>>>> = {
  "a listener": {
    channels: {
      "test:hostile": () => {
        throw new Error("it broke");
      },
    },
  },
  "a listener, with a proxy": {
    channels: {
      "test:hostile": () => {
        throw hostile();
      },
    },
  },
  begin: {
    begin: () => {
      throw new Error("it broke");
    },
  },
  collect: {
    collect: () => {
      throw new Error("it broke");
    },
  },
  "collect, with a proxy": {
    collect: () => {
      throw hostile();
    },
  },
  "collect, with a circle": { collect: cyclic },
  "collect, with a bigint": { collect: () => ({ big: 7n }) },
  "collect, with a proxy as data": { collect: hostile },
  "collect, with more than is recorded": { collect: () => "x".repeat(5_000_001) },
  view: {
    view: () => {
      throw new Error("it broke");
    },
  },
  "view, with a circle": { view: () => cyclic() as never },
  "view, with a bigint": { view: () => [{ kind: "text", text: 7n as never }] },
  "view, with a proxy": { view: () => [hostile()] as never },
  "subtitle, findings and numbers": {
    subtitle: () => {
      throw new Error("it broke");
    },
    findings: () => [cyclic() as never],
    numbers: () => [{ value: 7n as never, label: "x" }],
  },
};

describe("a panel of the application that fails", () => {
  test.each(Object.entries(HOSTILE_PANELS))(
    "in %s",
    async (name, parts) => {
      const panel: Panel<unknown> = {
        id: "hostile",
        title: "Hostile",
        collect: () => ({}),
        view: () => [{ kind: "text", text: "shown" }],
        ...parts,
      };
      const { toolbar, page } = await recorded(
        SERVERS["Express"]!,
        () => times(7, () => channel("test:hostile").publish({ a: 1 })),
        { panels: [panel, listening] },
      );
      // The other panels are there, and the page that shows all of them is JSON.
      expect(page.panels.length).toBeGreaterThan(10);
      expect(toolbar.record(page.summary.id)!.panels["listening"]).toHaveLength(14);
      const shown = JSON.stringify(page.panels.find(({ id }) => id === "hostile"));
      if (/^(?:collect|view)/.test(name))
        expect(shown).toMatch(/This panel has nothing to show\. The toolbar's .*failed/);
      else if (name.startsWith("a listener"))
        expect(shown).toMatch(/hears nothing any more.*failed 5 times and was switched off/);
      else expect(shown).toContain("shown");
    },
    120_000,
  );
});

describe("an application that fails when the toolbar asks it", () => {
  test("in authorize: the page has no script, and the record says why", async () => {
    for (const fail of [
      (): never => {
        throw new Error("auth db down");
      },
      (): never => {
        throw hostile();
      },
      (): boolean => hostile() as never,
    ]) {
      const { page } = await recorded(SERVERS["Express"]!, () => {}, { authorize: fail });
      expect(page.summary.notShown).toMatch(/^The option authorize (?:failed|did not return true)\./);
    }
  });

  test("in config: the panel says so", async () => {
    const { page } = await recorded(SERVERS["Express"]!, () => {}, {
      config: () => {
        throw new TypeError("no settings");
      },
    });
    expect(JSON.stringify(page.panels.find(({ id }) => id === "config"))).toMatch(/could not be read: TypeError/);
    await recorded(SERVERS["Express"]!, () => {}, { config: hostile });
  });

  test("in a pattern of its own: that is copied, and its code is never called", async () => {
    class Hostile extends RegExp {
      override exec(): never {
        throw new Error("exec was called");
      }
      override [Symbol.replace](): never {
        throw new Error("replace was called");
      }
    }
    const { json } = await recorded(SERVERS["Express"]!, () => quiet.log("ACME-12345678"), {
      redactPatterns: [new Hostile(/ACME-\d{8}/g)],
    });
    expect(json).not.toContain("ACME-12345678");
  });
});
