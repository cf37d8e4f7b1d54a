// Two servers behind one address: Flask in Python answers `/python/`, and latchkey/flask answers
// `/typescript/`. They have one secret key and one cookie, so a visitor who logs in on one is
// logged in on the other. It needs a Python with Flask.
//
//     npm run example:beside-flask
//
// To rotate the key while both run, change the key file, and send SIGHUP after each change:
//
//     node dist/cli/bin.js key rotate examples/beside-flask/secret_key --announce
//     node dist/cli/bin.js key rotate examples/beside-flask/secret_key --promote
//     kill -HUP <the process that this prints>
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { startProxy } from "./proxy.ts";

const { env } = process;
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const keyFile = env["SECRET_KEY_FILE"] ?? pathOf("secret_key");
if (!existsSync(keyFile)) writeFileSync(keyFile, `${generateSecretKey()}\n`, { mode: 0o600 });

const servers: ChildProcess[] = [];
// Also if one of them does not start.
process.on("exit", () => {
  for (const server of servers) server.kill();
});
process.on("SIGHUP", () => {
  for (const server of servers) server.kill("SIGHUP");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit());

const python = await start("Flask", env["PYTHON"] ?? "python3", [pathOf("app.py")]);
const typescript = await start("latchkey/flask", process.execPath, [
  "--disable-warning=ExperimentalWarning",
  pathOf("app.ts"),
]);
const url = await startProxy(Number(env["PORT"] ?? 8000), { "/python/": python, "/typescript/": typescript });
console.log(`Open ${url}/python/ or ${url}/typescript/ (process ${process.pid}, press Ctrl-C to quit)`);

/** Starts one of the two on a free port, and returns the port when it listens. */
async function start(name: string, command: string, args: readonly string[]): Promise<number> {
  const server = spawn(command, args, {
    env: { NODE_ENV: "development", ...env, SECRET_KEY_FILE: keyFile, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  servers.push(server);
  return await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`${name} ended with code ${String(code)}.`)));
    createInterface({ input: server.stdout }).on("line", (line) => {
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port === undefined) console.log(`${name}: ${line}`);
      else resolve(Number(port));
    });
  });
}
