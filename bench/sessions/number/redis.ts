import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createClient } from "redis";
import { RedisStore } from "../../../src/stores/redis.ts";
import { WRITE } from "../../../src/stores/redis-scripts.ts";
import { redisPrograms, startRedis } from "../../../test/support/services.ts";
import { expiryOf, idOf, payload } from "./session.ts";
import type { Subject, Subjects } from "./subject.ts";

const BATCH = 5000;
/** What the script answers when it has written. */
const DONE = "$4\r\ndone\r\n";

/**
 * A server for each size, as one holds all its keys in one table. The store's own script writes the
 * sessions.
 */
export async function redis(sizes: readonly number[]): Promise<Subjects | undefined> {
  if (redisPrograms === undefined) return undefined;
  const stops: (() => Promise<void>)[] = [];
  const all: Subject[] = [];
  for (const sessions of sizes) {
    const service = await startRedis();
    stops.push(async () => await service.stop());
    const client = await createClient({ url: `redis://127.0.0.1:${service.port}` }).connect();
    stops.unshift(async () => await client.close());
    // A snapshot in the middle would be measured too.
    await client.configSet("save", "");
    const memory = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await client.info("memory"))![1]);
    const empty = await memory();
    await fill(service.port, await client.scriptLoad(WRITE), sessions);
    if ((await client.dbSize()) !== sessions) throw new Error("Redis has not taken all sessions.");
    all.push({
      line: "redis",
      sessions,
      store: new RedisStore(client),
      bytesPerSession: ((await memory()) - empty) / sessions,
    });
  }
  return {
    all,
    stop: async () => {
      for (const stop of stops) await stop();
    },
  };
}

/** Many commands at once, without a client between: ten million would take it too long. */
async function fill(port: number, script: string, sessions: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  for (let start = 0; start < sessions; start += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, sessions - start) }, (_, index) => start + index);
    const commands = numbers.map((number) => {
      const words = [
        "EVALSHA",
        script,
        "1",
        `latchkey:session:${idOf(number)}`,
        "n",
        "",
        "n",
        "",
        payload,
        String(expiryOf(number, sessions)),
        "0",
      ];
      return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
    });
    const answers = read(socket, numbers.length * DONE.length);
    socket.write(commands.join(""), "latin1");
    if ((await answers) !== DONE.repeat(numbers.length)) throw new Error("Redis refused a session.");
  }
  socket.destroy();
}

async function read(socket: Socket, length: number): Promise<string> {
  let text = "";
  while (text.length < length && !text.startsWith("-"))
    text += ((await once(socket, "data")) as [Buffer])[0].toString("latin1");
  return text;
}
