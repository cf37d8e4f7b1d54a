import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isListening } from "./nginx.ts";
import { executable, requirement } from "./requirements.ts";
import { freePort, Service, temporaryFolder, unprivileged } from "./services.ts";

/** The program pgbouncer; undefined where it is missing, and tests have to be skipped. */
export const pgbouncerPath = requirement("PgBouncer", () => executable("pgbouncer"));

/**
 * Starts a PgBouncer in transaction mode, with few connections to the server, for many clients. It
 * knows no prepared statements: up to 1.20 it never did, and later it can be told so.
 */
export async function startPgBouncer(serverPort: number): Promise<Service & { readonly url: string }> {
  const folder = temporaryFolder("pgbouncer");
  const port = await freePort();
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(
    file,
    `[databases]
postgres = host=127.0.0.1 port=${serverPort} dbname=postgres user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
${knowsStatements() ? "max_prepared_statements = 0" : ""}
`,
  );
  const command = [...unprivileged(folder), pgbouncerPath!, file];
  const service = await new Service(port, folder, command, async () => await isListening(port)).start();
  return Object.assign(service, { url: `postgres://postgres@127.0.0.1:${port}/postgres` });
}

function knowsStatements(): boolean {
  const [, minor] = /PgBouncer 1\.(\d+)/.exec(execFileSync(pgbouncerPath!, ["--version"], { encoding: "utf8" })) ?? [];
  return Number(minor) >= 21;
}
