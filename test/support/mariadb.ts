import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { executable, requirement } from "./requirements.ts";
import { freePort, Service, temporaryFolder, withParent } from "./services.ts";

/** MariaDB; undefined where it is missing, and tests have to be skipped. */
export const mariadbPrograms = requirement("MariaDB (mariadbd and mariadb-install-db)", () => {
  const [server, install] = [executable("mariadbd"), executable("mariadb-install-db")];
  return server !== undefined && install !== undefined ? { server, install } : undefined;
});

/**
 * Starts a MariaDB of its own. Its user is "root", from this machine, without a password.
 *
 * @param options.durable It answers a write when the disk has it.
 */
export async function startMariaDb({ durable = false }: { readonly durable?: boolean } = {}): Promise<
  Service & { readonly url: string }
> {
  const folder = temporaryFolder("mariadb");
  const port = await freePort();
  cpSync(newDatabase(), join(folder, "data"), { recursive: true });
  const command = [
    ...withParent(),
    mariadbPrograms!.server,
    "--no-defaults",
    `--datadir=${join(folder, "data")}`,
    ...COMMON,
    `--socket=${join(folder, "socket")}`,
    `--pid-file=${join(folder, "pid")}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--innodb-buffer-pool-size=16M",
    ...(durable ? [] : QUICK),
  ];
  const service = await new Service(port, folder, command, async () => await greets(port)).start();
  return Object.assign(service, { url: `mysql://root@127.0.0.1:${port}/mysql` });
}

/** It refuses to run as root unless it is told to. */
const COMMON = ["--innodb-log-file-size=8M", ...(process.getuid?.() === 0 ? ["--user=root"] : [])];
/** Nothing waits for the disk. */
const QUICK = ["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--skip-innodb-doublewrite"];

/**
 * The files of a new database. They are made once for each version of MariaDB, which takes seconds.
 */
function newDatabase(): string {
  const { server, install } = mariadbPrograms!;
  const version = execFileSync(server, ["--no-defaults", "--version"], { encoding: "utf8" });
  const name = `mariadb-${/Ver (\S+)/.exec(version)![1]}`;
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/latchkey/${name}`, import.meta.url));
  if (existsSync(folder)) return folder;
  const own = `${folder}-${process.pid}`;
  mkdirSync(dirname(folder), { recursive: true });
  execFileSync(
    install,
    [
      "--no-defaults",
      `--datadir=${own}`,
      ...COMMON,
      ...QUICK,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ],
    { stdio: "pipe" },
  );
  try {
    renameSync(own, folder);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(folder)) throw error;
    rmSync(own, { recursive: true });
  }
  return folder;
}

/** A server of MySQL's protocol speaks first. */
async function greets(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("data", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}
