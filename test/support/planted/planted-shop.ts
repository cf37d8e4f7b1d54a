import { Console } from "node:console";
import { channel } from "node:diagnostics_channel";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";
import express, { type Request, type Response as ExpressResponse } from "express";
import { SessionManager } from "latchkey";
import { debugToolbar, session } from "latchkey/express";
import { generateSecretKey } from "latchkey/keys";
import { definePanel, instrument, Toolbar, type Block, type ExchangeSummary } from "latchkey/toolbar";
import multer from "multer";
import { pino } from "pino";
import { createClient } from "redis";
import winston from "winston";
import { served } from "../frameworks.ts";

/** A text of the visitor or of the application, and what the application puts everywhere. */
export interface Plant {
  /** Stands alone, under neutral names. */
  readonly secret?: string | undefined;
  /** What the application has under these names. */
  readonly named?: Readonly<Record<string, string>> | undefined;
  /** What the visitor sends under these names. */
  readonly sent?: Readonly<Record<string, string>> | undefined;
}

/** A shop with the toolbar, which hands what is planted to everything that the toolbar records. */
export interface PlantedShop {
  readonly toolbar: Toolbar;
  readonly url: string;
  readonly folder: string;
  /**
   * Makes three requests: with a form, with JSON, and with files; the last one throws. Returns the
   * ids of their records and what was answered.
   */
  plant(plant: Plant): Promise<{ readonly ids: readonly string[]; readonly answers: string }>;
  stop(): Promise<void>;
}

type Data = Record<string, unknown>;
const quiet = new Console(new PassThrough().resume());

/** A panel of the application that redacts nothing of what it collects, shows and throws. */
function carelessPanel(now: () => Plant) {
  const secretOf = (): string => now().secret ?? "nothing";
  return definePanel({
    id: "careless",
    title: "Careless",
    channels: {
      "test:planted": (message, recording) => void recording.slot("careless", () => ({ heard: message })),
    },
    collect: (recording) => ({
      raw: secretOf(),
      list: [{ deep: secretOf() }],
      [secretOf()]: 1,
      heard: JSON.stringify(recording.slot("careless", () => ({ heard: null as unknown }))),
    }),
    subtitle: secretOf,
    findings: () => [{ tone: "warn", text: `careless ${secretOf()}`, where: secretOf() }],
    numbers: () => [{ value: secretOf(), label: secretOf() }],
    view: (stats): readonly Block[] => [
      { kind: "code", text: JSON.stringify(stats) },
      { kind: "pairs", rows: [{ name: secretOf(), value: { text: secretOf(), detail: secretOf() } }] },
    ],
  });
}

/** A panel that throws the secret at each of its functions. */
function throwingPanel(now: () => Plant) {
  const fail = (): never => {
    throw new Error(`failed with ${now().secret ?? "nothing"}`);
  };
  return definePanel({
    id: "throwing",
    title: "Throwing",
    channels: { "test:planted": fail },
    collect: fail,
    view: () => [],
  });
}

/** @param redisPort of a server that runs; undefined without one. */
export async function startPlantedShop(redisPort: number | undefined): Promise<PlantedShop> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-planted-"));
  writeFileSync(join(folder, "package.json"), '{"name":"planted","version":"1.0.0"}');
  let current: Plant = {};
  const now = (): Plant => current;
  const everything = (): Data => ({ planted: current.secret, nested: { list: [current.secret] }, ...current.named });

  const toolbar = new Toolbar({
    keys: generateSecretKey(),
    directory: folder,
    historyFile: join(folder, "requests.sqlite"),
    history: 2_000,
    historyBytes: 500_000_000,
    panels: [carelessPanel(now), throwingPanel(now)],
    config: everything,
    environment: ["TEST_PLANTED"],
  });
  const elsewhere = await served(
    createServer((request, response) => void request.resume().on("end", () => response.end("{}"))).listen(
      0,
      "127.0.0.1",
    ),
  );
  const database = instrument(new DatabaseSync(":memory:"));
  database.exec("create table things (name text, value text, password text, api_key text)");
  const redis =
    redisPort === undefined ? undefined : await createClient({ url: `redis://127.0.0.1:${redisPort}` }).connect();
  const logger = pino({}, new PassThrough().resume());
  const lines = toolbar.logStream();
  const other = winston.createLogger({
    format: winston.format.json(),
    transports: [new winston.transports.Stream({ stream: lines })],
  });
  let modules = 0;

  /** Throws in a file of the application that has the secret in its source. */
  const throwInSource = async (secret: string): Promise<never> => {
    const file = join(folder, `source-${modules++}.mjs`);
    writeFileSync(
      file,
      `// ${secret.replaceAll("\n", "\n// ")}\nexport function fail(thrown) {\n  const planted = ${JSON.stringify(secret)};\n  throw new Error("failed with " + planted, { cause: thrown });\n}\n`,
    );
    const { fail } = (await import(pathToFileURL(file).href)) as { readonly fail: (thrown: unknown) => never };
    return fail(new AggregateError([new TypeError(secret)], secret));
  };

  const logNamed = (named: Readonly<Record<string, string>>): void => {
    const form = new FormData();
    for (const [name, value] of Object.entries(named)) form.append(name, value);
    quiet.log("named", named, new Map(Object.entries(named)), new URLSearchParams(named), form, Object.entries(named));
    quiet.info(
      JSON.stringify(named),
      Object.assign(new Error("x"), named),
      `/x?${new URLSearchParams(named).toString()}`,
    );
    quiet.debug(
      Object.entries(named).map(([name, value]) => ({ name, value })),
      `http://localhost/?next=${encodeURIComponent(`/x?${new URLSearchParams(named).toString()}`)}`,
    );
    logger.info({ ...named, list: Object.entries(named) }, "named");
    other.info("named", named);
  };

  const query = (sql: string, ...values: string[]): void => {
    try {
      database.prepare(sql).all(...values);
    } catch {
      // A statement with a secret in it may be no SQL.
    }
  };

  const work = async (request: Request): Promise<void> => {
    const { secret = "nothing", named = {} } = current;
    const encoded = encodeURIComponent(secret);
    channel("test:planted").publish({ planted: secret });
    quiet.error("planted %s", secret, everything(), new Map([[secret, secret]]), new Error(secret, { cause: secret }));
    quiet.log(`\u001b[31m${secret}\u001b[39m`);
    quiet.log("%o", { [secret]: [new Set([secret])] });
    logNamed(named);
    logger.info({ planted: secret, err: new Error(secret) }, `planted ${secret}`);
    other.warn(`planted ${secret}`, { planted: secret });
    lines.write(`GET /x?y=${encoded} ${secret}\n`);
    toolbar.span(`planted ${secret}`, () => {});
    await toolbar.span("fails", async () => await Promise.reject(new Error(secret))).catch(() => {});
    const quoted = secret.replaceAll("'", "''");
    query(`select * from things where name = '${quoted}'`);
    query("select * from things where name = ?", secret);
    query(`select '${quoted}' from missing`);
    query(`insert into things (name, value) values ('${quoted}', ?)`, secret);
    for (const [name, value] of Object.entries(named)) {
      query(`select * from things where "${name}" = '${value}'`);
      query(`select * from things where ${name.replaceAll(/\W/g, "_")} = ?`, value);
      query(`insert into things (name, ${name.replaceAll(/\W/g, "_")}) values ('x', '${value}')`);
    }
    if (redis !== undefined) {
      await redis.set(`cart:${secret}`, secret);
      await redis.get(`cart:${secret}`);
      await redis.sendCommand(["NOSUCH", secret]).catch(() => {});
    }
    const parameters = new URLSearchParams({ planted: secret, ...named }).toString();
    await (await fetch(`${elsewhere.url}/${encoded}?${parameters}`, { headers: { "x-planted": encoded } })).text();
    await new Promise<void>((resolve, reject) => {
      httpRequest(`${elsewhere.url}/get/${encoded}?${parameters}`, (response) => response.resume().on("end", resolve))
        .on("error", reject)
        .end();
    });
    await fetch(`http://127.0.0.1:9/${encoded}?${parameters}`).catch(() => {});
    const { data } = (request as Request & { session: { data: Data } }).session;
    Object.assign(data, everything());
    process.env["TEST_PLANTED"] = secret;
  };

  const app = express();
  app.set("planted setting", () => current.secret);
  app.engine("txt", (_, __, done) => done(null, "<p>template</p>"));
  app.set("views", folder);
  writeFileSync(join(folder, "view.txt"), "");
  app.use(debugToolbar(toolbar));
  app.use(session(new SessionManager<Data>({ keys: generateSecretKey() })));
  app.use(express.urlencoded({ extended: true }), express.json(), multer().any());
  const answer = async (request: Request, response: ExpressResponse): Promise<void> => {
    await work(request);
    const secret = current.secret ?? "nothing";
    response.set("X-Planted", secret.replaceAll(/\s/g, " "));
    response.set("Link", `</x?y=${encodeURIComponent(secret)}>; rel=next`);
    // Not as a value: it would be hidden everywhere because of that.
    response.set("Set-Cookie", `planted=x; Path=/${encodeURIComponent(secret)}`);
    for (const [name, value] of Object.entries(current.named ?? {}))
      if (/^[\w-]+$/.test(name)) response.set(`X-${name}`, value);
    await new Promise<void>((resolve, reject) => {
      response.render("view.txt", { [secret]: secret }, (error: unknown, html?: string) => {
        if (error) reject(error as Error);
        else {
          response.type("html").send(`<!doctype html><title>planted</title>${html}`);
          resolve();
        }
      });
    });
  };
  app.all("/throws/:id", async (request) => {
    await work(request);
    await throwInSource(current.secret ?? "nothing");
  });
  app.all("/answers/:id", answer);
  const { url, close } = await served(createServer(app).listen(0, "127.0.0.1"));

  const visit = async (path: string, init: RequestInit): Promise<{ readonly id: string; readonly answer: string }> => {
    const { secret = "nothing", sent = {} } = current;
    const line = secret.replaceAll(/\s/g, " ");
    const names = Object.entries(sent).filter(([name]) => /^[\w-]+$/.test(name) && !/^cookie$/i.test(name));
    const parameters = new URLSearchParams({ planted: secret, ...sent }).toString();
    const response = await fetch(
      `${url}${path}/${encodeURIComponent(secret)}?${parameters}&${encodeURIComponent(secret)}=1`,
      {
        ...init,
        headers: {
          accept: "text/html",
          "sec-fetch-dest": "document",
          "sec-fetch-mode": "navigate",
          "x-planted": line,
          "x-in-a-line": `v=${line}; more`,
          referer: `${url}/a?${parameters}#access=${encodeURIComponent(secret)}`,
          ...Object.fromEntries(names.map(([name, value]) => [`x-${name}`, value])),
          ...(init.headers as Record<string, string> | undefined),
        },
      },
    );
    const text = await response.text();
    const headers = ["server-timing", "x-latchkey-request"].map((name) => response.headers.get(name)).join("\n");
    return { id: response.headers.get("x-latchkey-request")!, answer: `${headers}\n${text}` };
  };

  return {
    toolbar,
    url,
    folder,
    plant: async (plant) => {
      current = plant;
      const { secret = "nothing", sent = {} } = plant;
      const all = { planted: secret, deep: { list: [secret], ...sent }, [secret]: "1", ...sent };
      const flat = { planted: secret, [secret]: "1", ...sent };
      const files = new FormData();
      for (const [name, value] of Object.entries(flat)) files.append(name, value);
      // Of a name with slashes, parsers leave the last part.
      files.append(secret, new Blob(["x"]), secret.includes("/") ? "photo.png" : secret);
      const visits = [
        await visit("/answers", { method: "POST", body: new URLSearchParams(flat) }),
        await visit("/answers", {
          method: "POST",
          body: JSON.stringify(all),
          headers: { "content-type": "application/json" },
        }),
        await visit("/throws", { method: "POST", body: files }),
      ];
      const ids = visits.map(({ id }) => id);
      const isDone = (summary: ExchangeSummary): boolean => ids.includes(summary.id) && summary.finished;
      while (toolbar.exchanges.filter(isDone).length < 3) await new Promise((resolve) => setImmediate(resolve));
      return { ids, answers: visits.map(({ answer: text }) => text).join("\n") };
    },
    stop: async () => {
      delete process.env["TEST_PLANTED"];
      toolbar.close();
      await close();
      await elsewhere.close();
      await redis?.close();
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All bytes that the history has on disk, with what SQLite has beside its file. */
export function bytesOnDisk({ folder }: PlantedShop): string {
  return ["", "-wal", "-shm"]
    .map((suffix) => {
      try {
        return readFileSync(join(folder, `requests.sqlite${suffix}`), "latin1");
      } catch {
        return "";
      }
    })
    .join("\n");
}
