import type { WiredFramework } from "./frameworks.ts";
import { importLine, namesOf, type SessionFileStyle } from "./session-file.ts";

/** A few lines of code, and where in the application they belong. */
export interface EntryLines {
  readonly where: string;
  readonly lines: readonly string[];
}

/**
 * The lines that the user adds to the application: the import, what mounts the session, and an
 * example of a login.
 *
 * @param specifier how the entry imports the session file, such as "./session.js".
 */
export function entryLines(
  framework: WiredFramework,
  specifier: string,
  style: SessionFileStyle,
): readonly EntryLines[] {
  const { hasToolbar, isTypeScript } = style;
  const usesSessionOf = isTypeScript && (framework === "express" || framework === "fastify");
  const names = namesOf(framework, hasToolbar).filter((name) => name !== "manager" || usesSessionOf);
  const context = isTypeScript ? CONTEXTS[framework] : undefined;
  const types = context === undefined ? [] : ["SessionData"];
  const imports = [
    importLine([names, types, specifier], style),
    ...(usesSessionOf ? [importLine([["sessionOf"], [], `latchkey/${framework}`], style)] : []),
    ...(context === undefined ? [] : [importLine([[], [context], `latchkey/${framework}`], style)]),
  ];
  const { mount, where, use } = CODE[framework](hasToolbar, isTypeScript);
  return [
    { where: "At the top", lines: imports },
    { where, lines: mount },
    { where: "In a route, for example", lines: use },
  ];
}

interface Code {
  readonly where: string;
  readonly mount: readonly string[];
  readonly use: readonly string[];
}

/** The type that an application of this framework is given, so that it knows the session. */
const CONTEXTS: Partial<Readonly<Record<WiredFramework, string>>> = { hono: "SessionEnv", koa: "SessionContext" };

const BEFORE_ROUTES = "Before the routes";

const CODE: Readonly<Record<WiredFramework, (hasToolbar: boolean, isTypeScript: boolean) => Code>> = {
  express: (hasToolbar, isTypeScript) => ({
    where: BEFORE_ROUTES,
    mount: [`app.use(${hasToolbar ? "toolbar, " : ""}sessions);`],
    use: [
      `app.post("/login", (request, response) => {`,
      `  ${isTypeScript ? "sessionOf(manager, request)" : "request.session"}.login("7"); // after checking the password`,
      `  response.redirect(303, "/");`,
      "});",
    ],
  }),
  fastify: (hasToolbar, isTypeScript) => ({
    where: BEFORE_ROUTES,
    mount: [...(hasToolbar ? ["app.register(toolbar);"] : []), "app.register(sessions);"],
    use: [
      `app.post("/login", async (request, reply) => {`,
      `  ${isTypeScript ? "sessionOf(manager, request)" : "request.session"}.login("7"); // after checking the password`,
      `  return await reply.redirect("/", 303);`,
      "});",
    ],
  }),
  hono: (hasToolbar, isTypeScript) => ({
    where: BEFORE_ROUTES,
    mount: [
      ...(isTypeScript ? ["const app = new Hono<SessionEnv<SessionData>>();"] : []),
      ...(hasToolbar ? ["app.use(toolbar);"] : []),
      "app.use(sessions);",
    ],
    use: [
      `app.post("/login", (c) => {`,
      `  c.get("session").login("7"); // after checking the password`,
      `  return c.redirect("/", 303);`,
      "});",
    ],
  }),
  koa: (hasToolbar, isTypeScript) => ({
    where: "Before the other middleware",
    mount: [
      ...(isTypeScript ? ["const app = new Koa<Koa.DefaultState, SessionContext<SessionData>>();"] : []),
      ...(hasToolbar ? ["app.use(toolbar);"] : []),
      "app.use(sessions);",
    ],
    use: [
      "app.use((ctx, next) => {",
      `  if (ctx.path !== "/login" || ctx.method !== "POST") return next();`,
      `  ctx.session.login("7"); // after checking the password`,
      `  ctx.redirect("/");`,
      "});",
    ],
  }),
  node: () => ({
    where: "Around the handler",
    mount: ["const server = createServer(withSession((request, response) => {"],
    use: [
      `request.session.login("7"); // after checking the password`,
      `response.writeHead(303, { Location: "/" }).end();`,
    ],
  }),
};
