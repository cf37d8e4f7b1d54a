/** Makes a query that fails, and does not handle the error. Run by instrument.test.ts. */
import { tracingChannel } from "node:diagnostics_channel";
import { Pool } from "pg";
import postgres from "postgres";
import { instrument } from "latchkey/toolbar";

const [library, way, url] = process.argv.slice(2);

if (way === "heard")
  tracingChannel("latchkey:query").subscribe({ start() {}, end() {}, asyncStart() {}, asyncEnd() {}, error() {} });

if (library === "pg") {
  const pool = new Pool({ connectionString: url! });
  void (way === "plain" ? pool : instrument(pool)).query("select missing");
} else {
  const plain = postgres(url!);
  const sql = way === "plain" ? plain : instrument(plain);
  void sql`select missing`.execute();
}
setTimeout(() => process.exit(0), 10_000);
