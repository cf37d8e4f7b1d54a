/**
 * One application of bench/toolbar in a process of its own, on Express: a page with ten queries and
 * ten log lines, and a stream. `absent` does not load the toolbar at all, `off` mounts it in
 * production, `on` in development. `floor` has the least that any toolbar does, by hand.
 *
 *     node bench/toolbar/server.ts absent|off|on|floor
 *
 * It answers each message with its CPU time so far.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import express from "express";
import { floorToolbar, watched } from "./floor.ts";

const QUERIES = 10;
const LOGS = 10;

const [kind = "absent"] = process.argv.slice(2);
const database = new DatabaseSync(":memory:");
database.exec("create table item (id integer primary key, name text)");
for (let id = 1; id <= QUERIES; id++) database.prepare("insert into item values (?, ?)").run(id, `item ${id}`);

const app = express();
if (kind === "floor") app.use(floorToolbar());
else if (kind !== "absent") {
  const { debugToolbar } = await import("../../dist/adapters/express/index.js");
  const { instrument, Toolbar } = await import("../../dist/toolbar/index.js");
  const { generateSecretKey } = await import("../../dist/keys/index.js");
  const mode = kind === "on" ? "development" : "production";
  instrument(database);
  app.use(debugToolbar(new Toolbar({ keys: generateSecretKey(), mode, historyFile: false })));
}
const SQL = "select name from item where id = ?";
const prepared = database.prepare(SQL);
const select = kind === "floor" ? watched(prepared, SQL) : prepared;
app.get("/page", (_, response) => {
  const names: string[] = [];
  for (let id = 1; id <= QUERIES; id++) names.push(String(select.get(id)?.["name"]));
  for (let line = 0; line < LOGS; line++) console.log("line %d of the page", line);
  response.type("html").send(`<!doctype html><title>Items</title><ul><li>${names.join("<li>")}</ul>`);
});
app.get("/bare", (_, response) => void response.type("html").send("<!doctype html><title>Bare</title>"));
app.get("/stream", async (_, response) => {
  response.type("html").write("<!doctype html><title>Stream</title>");
  await wait(50);
  response.end("<p>the end");
});

const server = app.listen(0, "127.0.0.1");
// The servers take turns, and a connection that waits for its turn stays open.
server.keepAliveTimeout = 600_000;
await once(server, "listening");
process.on("message", () => process.send!(process.cpuUsage()));
process.on("disconnect", () => process.exit());
process.send!({ port: (server.address() as AddressInfo).port });
