// The shop of the pictures, as a process of its own: so lines, profiles and the command are those
// of an application, and not of a test. It is outside of the shop's folder, because the
// package.json in there is what the panel Versions reads.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type NextFunction, type Request, type Response } from "express";
import { KeyRing, SessionManager } from "latchkey";
import { debugToolbar, session, sessionOf } from "latchkey/express";
import { instrument, Toolbar } from "latchkey/toolbar";
import nunjucks from "nunjucks";
import { Pool } from "pg";
import { createClient } from "redis";
import winston from "winston";
import { createTables } from "./shop/create-tables.ts";
import { listOrders } from "./shop/routes/list-orders.ts";
import { payOrder } from "./shop/routes/pay-order.ts";
import { showReport } from "./shop/routes/show-report.ts";
import type { Services } from "./shop/services.ts";

interface ShopSession {
  currency: string;
  cart: { product: number; quantity: number }[];
  csrf_token: string;
  ordersSeen: number;
}

const { DATABASE_URL, REDIS_URL, RATES_URL } = process.env;
const directory = fileURLToPath(new URL("shop/", import.meta.url));

// Always the same keys, so that their fingerprints are the same in each picture.
const keyOf = (year: number): string => createHash("sha256").update(`corner shop ${year}`).digest("base64url");
const keys = new KeyRing(keyOf(2026), [keyOf(2025)]);

const toolbar = new Toolbar({
  keys,
  directory,
  historyFile: false,
  // A busy machine must not add a finding to the pictures.
  slowMs: 5_000,
  // For a reader, the shop is where an application is on a server.
  editorPaths: { [directory.replace(/\/$/, "")]: "/srv/shop" },
  config: () => ({
    shop: "Corner shop",
    currency: "EUR",
    pageSize: 8,
    features: { invoices: true, giftCards: false },
    stripeKey: "a secret",
    mail: { from: "shop@example.test", transport: "smtp" },
  }),
  environment: ["REGION"],
});
const manager = new SessionManager<ShopSession>({ keys });

const database = instrument(new Pool({ connectionString: DATABASE_URL }));
const redis = await createClient({ url: REDIS_URL! }).connect();
const log = winston.createLogger({
  level: "debug",
  format: winston.format.json(),
  transports: [new winston.transports.Stream({ stream: toolbar.logStream() })],
});
const services: Services = {
  database,
  redis,
  log,
  rates: RATES_URL!,
  measure: toolbar.span.bind(toolbar),
};
await createTables(database);
await redis.set("user:7:currency", "USD");

const app = express();
// Relative to the current directory, which is the shop's folder.
app.set("views", "views");
nunjucks.configure("views", { express: app, autoescape: true });
app.use(debugToolbar(toolbar));
app.use(session(manager));
app.use(express.urlencoded({ extended: false }));
app.use(express.static("public", { index: false }));

app.get("/", function home(request, response) {
  sessionOf(manager, request).flashes();
  response.render("home.html", {});
});
app.post("/login", function logIn(request, response) {
  const visitor = sessionOf(manager, request);
  visitor.login("7");
  Object.assign(visitor.data, {
    currency: "USD",
    cart: [{ product: 2, quantity: 1 }],
    csrf_token: "k3Jd0sPq",
    ordersSeen: 0,
  });
  response.redirect(303, "/orders");
});
app.get("/orders", async function orders(request, response) {
  const { data } = sessionOf(manager, request);
  data.ordersSeen = (data.ordersSeen ?? 0) + 1;
  await listOrders(services, request, response);
});
app.post("/orders/:id/pay", async function pay(request, response) {
  await payOrder(services, request, response);
});
app.get("/report", async function report(request, response) {
  await showReport(services, request, response);
});
app.get("/api/stock/:product", function stock(request, response) {
  response.json({ product: request.params.product, stock: 12 });
});
app.use(function notFound(_: Request, response: Response, __: NextFunction) {
  response.status(404).send("<!doctype html><title>Not found</title><h1>Not found</h1>");
});

const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
// The first visit of a process takes much longer than all others, and shows nothing but that.
for (const path of ["/", "/orders", "/report"]) await visit(path);
await redis.del("rate:EUR:USD");
console.log(`Listening on ${address}`);

/** Visits a page under the name that the browser uses. */
async function visit(path: string): Promise<void> {
  const request = get(address + path, { headers: { Host: "localhost:3000" } });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  await once(answer.resume(), "end");
}
