/**
 * A bounded load on all adapters, while stores die, keys rotate and clients leave:
 * npm run soak -- --minutes 2
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SessionManager } from "latchkey";
import { generateSecretKey, writeKeyFile } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { forgeSession } from "latchkey/testing";
import { textTable } from "../test/support/text-table.ts";
import { ADAPTERS } from "./adapters.ts";
import { Client } from "./client.ts";
import { newCounts, type Counts } from "./counts.ts";
import { ALLOWED_DESCRIPTORS, judgeHeap, megabytes } from "./judge.ts";
import { ServerProcess } from "./server-process.ts";
import type { Measured } from "./server.ts";
import { startStores, type StoreKind } from "./stores.ts";
import { Visitor } from "./visitor.ts";

/** The store of each adapter, and what takes its place where it is not installed. */
const STORES: Readonly<Record<string, readonly [StoreKind, StoreKind]>> = {
  express: ["redis", "sqlite"],
  fastify: ["postgres", "memory"],
  hono: ["sqlite", "sqlite"],
  koa: ["postgres", "memory"],
  "node:http": ["redis", "sqlite"],
  web: ["memory", "memory"],
  flask: ["sqlite", "sqlite"],
};
/** Visitors of each adapter at the same time. */
const VISITORS = 3;
const ATTACKS = ["tampered", "expired", "oversize", "duplicate", "cross-origin"];
/** Keys that still verify: a session is signed again by the current one when it is next used. */
const FALLBACKS = 8;

interface Site {
  readonly server: ServerProcess;
  readonly counts: Counts;
  readonly client: Client;
  readonly samples: Measured[];
}

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
const minutes = Number(values.minutes);
if (!(minutes >= 0.1 && minutes <= 600))
  throw new Error(`--minutes ${values.minutes} is not a number from 0.1 to 600. Fix: npm run soak -- --minutes 10.`);
const milliseconds = minutes * 60_000;
/** Set when the servers run: until then they load their modules. */
let end = Number.POSITIVE_INFINITY;
const isOver = (): boolean => performance.now() >= end;

const stores = await startStores(async () => await sleep(800));
for (const name of stores.missing) console.log(`${name} is not installed, so no server of it dies in this run.`);
const keyFile = join(stores.folder, "keys");
let keys = [generateSecretKey()];
writeKeyFile(keyFile, `${keys.join("\n")}\n`);

/** A cookie of the first key, from 40 days ago. */
const past = Math.floor(Date.now() / 1000) - 40 * 86_400;
const old = new SessionManager({
  keys: keys[0]!,
  clock: () => past,
  store: new MemoryStore({ production: true, clock: () => past }),
});
const { header: expired } = await forgeSession(old, { subject: "old", url: "https://localhost/" });

const rows: (readonly string[])[] = [
  "adapter store requests sessions saved read unknown 5xx left"
    .split(" ")
    .concat(ATTACKS, "heap after gc", "descriptors"),
];
const sites: Site[] = [];
let rotations = 0;
let outages = 0;
const broken: string[] = [];
try {
  await soak();
} catch (error) {
  broken.push(error instanceof Error ? error.message : String(error));
} finally {
  for (const { client } of sites) client.close();
  await Promise.all(sites.map(async ({ server }) => await server.stop()));
  await stores.stop();
}
console.log(broken.length === 0 ? "Every promise held." : `${broken.length} promises broke:\n${broken.join("\n")}`);
process.exit(broken.length === 0 ? 0 : 1);

async function soak(): Promise<void> {
  const starting = Object.keys(ADAPTERS).map(async (adapter) => {
    const [wanted, instead] = STORES[adapter]!;
    const server = await ServerProcess.start(adapter, stores.places[wanted] ?? stores.places[instead]!, keyFile);
    sites.push({ server, counts: newCounts(), client: new Client(server.port), samples: [] });
  });
  await Promise.all(starting);
  // What the first requests load and compile is no leak.
  await Promise.all(sites.map(async (site) => await new Visitor("first", site.client, site.counts, expired).live()));
  const before = await Promise.all(sites.map(async ({ server }) => await server.measure()));
  end = performance.now() + milliseconds;
  await Promise.all([...sites.flatMap(visitors), rotateKeys(), breakStores(), ...sites.map(sample)]);
  for (const { client } of sites) client.close();
  for (const [index, { server, samples, counts }] of sites.entries()) {
    const heap = judgeHeap(samples);
    if (heap.broken !== undefined) counts.broken.push(heap.broken);
    const most = (before[index]!.descriptors ?? 0) + ALLOWED_DESCRIPTORS;
    const after = await settled(server, most);
    if ((after ?? 0) > most) counts.broken.push(`It has ${after} descriptors open; ${most} are allowed.`);
    if (server.end !== undefined) counts.broken.push(`Its process ${server.end}`);
    broken.push(...new Set(counts.broken.map((reason) => `${server.adapter} on ${server.store.kind}: ${reason}`)));
    rows.push(
      rowOf(server, counts, `${megabytes(heap.first)} → ${megabytes(heap.last)}`, before[index]!.descriptors, after),
    );
  }
  console.log(textTable(rows));
  console.log(`${minutes} minutes, ${outages} outages of a store, ${rotations} rotations of the key.`);
}

/** Visitors that come one after the other, until the time is over. */
function visitors({ server, client, counts }: Site): readonly Promise<void>[] {
  return Array.from({ length: VISITORS }, async (_, lane) => {
    for (let number = 0; !isOver() && server.end === undefined; number++)
      await new Visitor(`${lane}-${number}`, client, counts, expired).live();
  });
}

async function rotateKeys(): Promise<void> {
  const pause = Math.max(5000, milliseconds / 40);
  for (await sleep(pause); !isOver(); await sleep(pause)) {
    keys = [generateSecretKey(), ...keys].slice(0, 1 + FALLBACKS);
    writeKeyFile(keyFile, `${keys.join("\n")}\n`);
    rotations++;
  }
}

async function breakStores(): Promise<void> {
  if (stores.outages.length === 0) return;
  const pause = Math.max(5000, milliseconds / 30);
  for (await sleep(pause); !isOver(); await sleep(pause)) await stores.outages[outages++ % stores.outages.length]!();
}

/** Looks at the memory some 30 times or more. */
async function sample({ server, samples }: Site): Promise<void> {
  const pause = Math.min(10_000, milliseconds / 36);
  for (await sleep(milliseconds / 10); !isOver() && server.end === undefined; await sleep(pause))
    samples.push(await server.measure());
}

/** The number of descriptors, when those of connections that have ended are closed. */
async function settled(server: ServerProcess, most: number): Promise<number | undefined> {
  for (let waited = 0; ; waited += 200) {
    if (server.end !== undefined) return undefined;
    const { descriptors } = await server.measure();
    if (descriptors === undefined || descriptors <= most || waited > 20_000) return descriptors;
    await sleep(200);
  }
}

function rowOf(
  { adapter, store }: ServerProcess,
  { requests, sessions, acknowledged, reads, unknown, errors, left, refused }: Counts,
  heap: string,
  before: number | undefined,
  after: number | undefined,
): readonly string[] {
  const { tampered, expired, oversize, duplicate, crossOrigin } = refused;
  const numbers = [requests, sessions, acknowledged, reads, unknown, errors, left];
  const all = [...numbers, tampered, expired, oversize, duplicate, crossOrigin].map(String);
  return [adapter, store.kind, ...all, heap, `${before ?? "?"} → ${after ?? "?"}`];
}
