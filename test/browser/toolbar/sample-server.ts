import { channel } from "node:diagnostics_channel";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { debugToolbar } from "../../../src/adapters/node/toolbar.ts";
import { CHANNELS, type SessionLoaded } from "../../../src/diagnostics.ts";
import { generateSecretKey } from "../../../src/keys/generate.ts";
import { Toolbar, type Exchange, type ToolbarOptions } from "../../../src/toolbar/index.ts";
import { SAMPLE_PANELS } from "./sample-panels.ts";

/** The nonce of the policies below. */
export const NONCE = "bm9uY2UtZm9yLXRlc3Rz";
/** The policies that pages are asked for by, as `?policy=`. */
export const POLICIES: Readonly<Record<string, string>> = {
  none: "",
  self: "default-src 'self'",
  "nonce-only": `default-src 'none'; script-src 'nonce-${NONCE}'`,
  "trusted-types": `script-src 'nonce-${NONCE}' 'strict-dynamic'; object-src 'none'; base-uri 'none'; require-trusted-types-for 'script'`,
};
/** Text that would run if it were made into HTML. */
export const ATTACK = "<img src=x onerror=\"document.title='attacked'\">";
/** Frees the thread, so that spans last a little. */
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A server with a real toolbar, and pages that have much to show. */
export interface SampleServer {
  readonly toolbar: Toolbar;
  readonly origin: string;
  close(): void;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startSampleServer(options: Partial<ToolbarOptions> = {}): Promise<SampleServer> {
  const toolbar = new Toolbar({
    keys: generateSecretKey(),
    panels: SAMPLE_PANELS,
    directory: "/srv/shop",
    ...options,
  });
  const show = debugToolbar(toolbar);
  const server: Server = createServer((request, response) => {
    show(request, response, () => void answer(toolbar, request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    toolbar,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      toolbar.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(toolbar: Toolbar, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
  const exchange = toolbar.begin(toolbar.describe(request), request)!;
  const query = queryOf(exchange);
  if (pathname.startsWith("/api")) {
    await query("select id, total from orders where user_id = $1", 3);
    response.setHeader("Content-Type", "application/json").end("{}");
    return;
  }
  if (pathname === "/favicon.ico") {
    response.writeHead(200, { "Content-Type": "image/x-icon" }).end();
    return;
  }
  if (pathname === "/missing.png") {
    response.writeHead(404, { "Content-Type": "text/plain" }).end("Not Found");
    return;
  }
  if (pathname === "/login") {
    response.writeHead(302, { Location: "/orders" }).end();
    return;
  }
  sessionOf(pathname);
  if (pathname === "/pay") {
    exchange.fail(new TypeError("Cannot read properties of undefined (reading 'price')"));
    sendPage(response.writeHead(500, { "Content-Type": "text/html; charset=utf-8" }), "Error", "");
    return;
  }
  if (pathname === "/orders") {
    await toolbar.span("load the orders", async () => {
      await query("select * from users where id = $1", 1);
      await query("select * from orders where user_id = $1 order by created_at desc", 5);
      for (let order = 0; order < 5; order++) await query("select * from items where order_id = $1", 4);
    });
    const call = exchange.startSpan({ kind: "redis", label: "GET prices:eur" });
    await pause(3);
    call.end();
    const fetched = exchange.startSpan({ kind: "http", label: "GET https://rates.example/eur" });
    await pause(9);
    fetched.end();
    console.debug("orders of user 7: 5");
    await toolbar.span("render the page", () => pause(6));
  }
  const policy = POLICIES[searchParams.get("policy") ?? "none"] ?? "";
  if (policy !== "") response.setHeader("Content-Security-Policy", policy);
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  sendPage(response, "App", searchParams.has("rude") ? RUDE : (searchParams.get("body") ?? ""));
}

const RUDE =
  "<style>* { position: static !important; font: 90px/3 serif !important; transform: scale(2) !important; opacity: .1 !important }</style>";

function sendPage(response: ServerResponse, title: string, more: string): void {
  const paragraphs = Array.from({ length: 30 }, (_, index) => `<p>Paragraph ${index + 1} of the page.</p>`).join("");
  response.end(
    `<!doctype html><html lang="en"><head><title>${title}</title><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"></head><body><h1>${title}</h1><input aria-label="A field">${more}${paragraphs}<p id="end">The end of the page.</p></body></html>`,
  );
}

function queryOf(exchange: Exchange): (label: string, rows: number) => Promise<void> {
  return async (label, rows) => {
    const span = exchange.startSpan({ kind: "sql", label, detail: { rows, params: [7, "ada"] } });
    await pause(2);
    span.end();
  };
}

function sessionOf(pathname: string): void {
  if (pathname === "/anonymous") return;
  const isRejected = pathname === "/rejected";
  channel(CHANNELS.sessionLoaded).publish({
    cookieName: "session",
    format: "flask",
    verdict: isRejected ? "rejected" : "valid",
    ...(isRejected ? { reason: "bad_signature" as const, explanation: "The signature fits none of the keys." } : {}),
    bytes: 612,
    snapshot: () => ({ user: "ada", password: "hunter2", cart: [{ id: 7, count: 2 }], [ATTACK]: ATTACK }),
  } satisfies SessionLoaded);
}
