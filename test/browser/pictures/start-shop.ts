import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { startPostgres, startRedis, type Service } from "../../support/services.ts";

/** The shop, with its databases. */
export interface Shop {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts PostgreSQL, Redis and the shop, each as a process of its own. */
export async function startShop(): Promise<Shop> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const services: readonly Service[] = [postgres, redis];
  const owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  await owner.query("create database shop");
  await owner.end();
  const rates = await startRates();
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--conditions=latchkey-source",
      fileURLToPath(new URL("shop-server.ts", import.meta.url)),
    ],
    {
      cwd: fileURLToPath(new URL("shop/", import.meta.url)),
      // As a developer starts it, and the same on each machine.
      env: {
        PATH: process.env["PATH"],
        NODE_ENV: "development",
        TZ: "UTC",
        PORT: "3000",
        LOG_LEVEL: "debug",
        REGION: "eu-central",
        DATABASE_URL: postgres.url.replace(/postgres$/, "shop"),
        RATES_URL: `http://localhost:${(rates.address() as AddressInfo).port}`,
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const closed = once(child, "close");
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
    rates.close();
    rates.closeAllConnections();
    await Promise.all(services.map(async (service) => await service.stop()));
  };
  try {
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.on("data", () => {
        const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
        if (found !== undefined) resolve(Number(found));
      });
      child.once("close", () => reject(new Error(`The shop ended before it listened:\n${output}`)));
    });
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A service that knows exchange rates. Its port is always the same, so that the pictures do not
 * change; if that is taken, it is another one.
 */
async function startRates(): Promise<Server> {
  const rates = createServer((_, response) => {
    setTimeout(() => {
      const body = JSON.stringify({ base: "EUR", to: "USD", rate: 1.16 });
      response.setHeader("Content-Type", "application/json").setHeader("Content-Length", body.length).end(body);
    }, 8);
  });
  for (const port of [4010, 0]) {
    rates.listen(port, "127.0.0.1");
    const isListening = await once(rates, "listening").then(
      () => true,
      () => false,
    );
    if (isListening) break;
  }
  return rates;
}
