import { statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { CookieJar } from "../support/cookies.ts";
import { latchkey, printedLines, textOf, throwawayProject } from "../support/throwaway-project.ts";
import { checkTypes } from "../support/walk/install-page.ts";
import { runPage, type RunningPage } from "../support/walk/running-page.ts";

/* What `latchkey init` writes and prints makes a server with sessions, as it stands. */

/** The lines that are printed, in the places of the entry that they are for. */
interface Printed {
  readonly top: string;
  readonly mount: string;
  readonly use: string;
}

interface Application {
  readonly entry: string;
  readonly type?: "module" | "commonjs";
  readonly dependencies: Readonly<Record<string, string>>;
  /** Names in node_modules, and what they are there. */
  readonly installed: Readonly<Record<string, string>>;
  readonly mount: string;
  /** The text of the entry, without and with what is printed. */
  readonly text: (printed: Printed) => string;
}

const TYPES = { "@types/node": "@types/node", "undici-types": "undici-types" };
const EXPRESS = (printed: Printed, subject: string): string => `${printed.top}
const app = express();
${printed.mount}
app.get("/", (request, response) => void response.send(\`<html><body>\${${subject} ?? "nobody"}</body></html>\`));
${printed.use}
app.listen(Number(process.env["PORT"]));
`;

const APPLICATIONS: Readonly<Record<string, Application>> = {
  "Express 5, CommonJS": {
    entry: "src/app.js",
    dependencies: { express: "^5.1.0" },
    installed: { express: "express" },
    mount: "Before the routes",
    text: (printed) => `const express = require("express");\n${EXPRESS(printed, "request.session?.subject")}`,
  },
  "Express 5, TypeScript": {
    entry: "server.ts",
    type: "module",
    dependencies: { express: "^5.1.0", "@types/express": "^5.0.0" },
    installed: { express: "express", "@types/express": "@types/express", ...TYPES },
    mount: "Before the routes",
    text: (printed) =>
      `import express from "express";\n${EXPRESS(printed, printed.use === "" ? "undefined" : "sessionOf(manager, request).subject")}`,
  },
  "Fastify 5": {
    entry: "app.mjs",
    dependencies: { fastify: "^5.0.0" },
    installed: { fastify: "fastify" },
    mount: "Before the routes",
    text: ({ top, mount, use }) => `import Fastify from "fastify";
${top}
const app = Fastify();
${mount}
app.get("/", async (request, reply) => {
  return await reply.type("text/html").send(\`<html><body>\${request.session?.subject ?? "nobody"}</body></html>\`);
});
${use}
await app.listen({ port: Number(process.env["PORT"]) });
`,
  },
  "Hono, TypeScript": {
    entry: "src/index.ts",
    type: "module",
    dependencies: { hono: "^4.9.0", "@hono/node-server": "^2.0.0" },
    installed: { hono: "hono", "@hono/node-server": "@hono/node-server", ...TYPES },
    mount: "Before the routes",
    text: ({ top, mount, use }) => `import { serve } from "@hono/node-server";
import { Hono } from "hono";
${top}
${mount === "" ? "const app = new Hono();" : mount}
app.get("/", (c) => c.html(\`<html><body>\${${use === "" ? "undefined" : 'c.get("session").subject'} ?? "nobody"}</body></html>\`));
${use}
serve({ fetch: app.fetch, port: Number(process.env["PORT"]) });
`,
  },
  "Koa, TypeScript": {
    entry: "server.ts",
    type: "module",
    dependencies: { koa: "^3.0.0", "@types/koa": "^3.0.0" },
    installed: { koa: "koa", "@types/koa": "@types/koa", ...TYPES },
    mount: "Before the other middleware",
    text: ({ top, mount, use }) => `import Koa from "koa";
${top}
${mount === "" ? "const app = new Koa();" : mount}
${use}
app.use((ctx) => {
  ctx.type = "html";
  ctx.body = \`<html><body>\${${use === "" ? "undefined" : "ctx.session.subject"} ?? "nobody"}</body></html>\`;
});
app.listen(Number(process.env["PORT"]));
`,
  },
  "node:http, TypeScript": {
    entry: "server.ts",
    dependencies: {},
    installed: TYPES,
    mount: "Around the handler",
    text: ({ top, mount, use }) => `import { createServer } from "node:http";
${top}
${mount === "" ? "const server = createServer((request, response) => {" : mount}
  if (request.method === "POST") {
    ${use}
    return;
  }
  response.setHeader("Content-Type", "text/html");
  response.end(\`<html><body>\${${use === "" ? "undefined" : "request.session.subject"} ?? "nobody"}</body></html>\`);
})${mount.includes("withSession") ? ")" : ""};
server.listen(Number(process.env["PORT"]));
`,
  },
};
const NOTHING: Printed = { top: "", mount: "", use: "" };

test.each(Object.entries(APPLICATIONS))(
  "%s: a login is remembered, and a tampered cookie refused",
  { timeout: 120_000 },
  async (_, application) => {
    const { entry, type, dependencies, installed, mount, text } = application;
    const folder = throwawayProject(
      {
        "package.json": { name: "shop", ...(type && { type }), scripts: { start: `node ${entry}` }, dependencies },
        [entry]: text(NOTHING),
      },
      { ...installed, cookie: "cookie" },
    );
    const { code, out, error } = await latchkey(folder, "init", "--yes", "--toolbar");
    expect([code, error]).toEqual([0, ""]);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
    expect(textOf(folder, ".gitignore")).toBe(".env\n");
    expect(textOf(folder, entry)).toBe(text(NOTHING));

    // As a person does it, who copies what is printed.
    const printed = {
      top: printedLines(out, "At the top"),
      mount: printedLines(out, mount),
      use: printedLines(out, "In a route, for example"),
    };
    writeFileSync(join(folder, entry), text(printed));
    if (entry.endsWith(".ts")) await checkTypes(folder);

    const command = /Start it in development:\n {2}(.+)\n/.exec(out)![1]!;
    const start = async (): Promise<RunningPage> =>
      await runPage(folder, () => ["sh", "-c", command], {
        PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
      });
    const jar = new CookieJar();
    const visit = async (server: RunningPage, cookie = jar.header, method = "GET"): Promise<string> => {
      const headers = { "Sec-Fetch-Dest": "document", ...(cookie !== undefined && { cookie }) };
      const path = method === "POST" ? "/login" : "/";
      const response = await fetch(server.url + path, { method, redirect: "manual", headers });
      if (cookie === jar.header) jar.take(response.headers.getSetCookie());
      return await response.text();
    };
    let server = await start();
    try {
      expect(await visit(server)).toContain("nobody");
      await visit(server, undefined, "POST");
      // A start is slow, and the key is the same for all: one framework is enough.
      if (entry === "src/app.js") {
        await server.stop();
        server = await start();
      }
      const page = await visit(server);
      expect(page).toContain(">7<");
      expect(page).toContain("/_latchkey/toolbar.js");
      const at = jar.header!.length - 20;
      const tampered = jar.header!.slice(0, at) + (jar.header![at] === "A" ? "B" : "A") + jar.header!.slice(at + 1);
      expect(await visit(server, tampered)).toContain("nobody");
      // The key is that of .env, and not one that was made at the start.
      expect(textOf(folder, ".latchkey/secret_key")).toBeUndefined();
    } finally {
      await server.stop();
    }

    if (entry !== "src/app.js") return;
    const again = await latchkey(folder, "init", "--yes", "--toolbar");
    expect([again.code, again.out]).toEqual([0, expect.stringContaining("Nothing to change.")]);
    expect(again.out).not.toContain("Add to ");
  },
);
