import { execFileSync } from "node:child_process";
import { createConnection } from "node:net";
import { join } from "node:path";
import { executable, requirement } from "./requirements.ts";
import { freePort, Service, temporaryFolder, withParent } from "./services.ts";

/** MariaDB; undefined where it is missing, and tests have to be skipped. */
export const mariadbPrograms = requirement("MariaDB (mariadbd and mariadb-install-db)", () => {
  const [server, install] = [executable("mariadbd"), executable("mariadb-install-db")];
  return server !== undefined && install !== undefined ? { server, install } : undefined;
});

/** Starts a MariaDB of its own. Its user is "root", from this machine, without a password. */
export async function startMariaDb(): Promise<Service & { readonly url: string }> {
  const folder = temporaryFolder("mariadb");
  const port = await freePort();
  const { server, install } = mariadbPrograms!;
  const common = ["--no-defaults", `--datadir=${join(folder, "data")}`];
  // It refuses to run as root unless it is told to.
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  execFileSync(install, [...common, ...user, "--auth-root-authentication-method=normal", "--skip-test-db"], {
    stdio: "pipe",
  });
  const command = [
    ...withParent(),
    server,
    ...common,
    ...user,
    `--socket=${join(folder, "socket")}`,
    `--pid-file=${join(folder, "pid")}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--innodb-buffer-pool-size=16M",
    "--innodb-flush-log-at-trx-commit=0",
  ];
  const service = await new Service(port, folder, command, async () => await greets(port)).start();
  return Object.assign(service, { url: `mysql://root@127.0.0.1:${port}/mysql` });
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
