import type { Project } from "./project.ts";

/** Frameworks for which a file with the session is written. */
export type WiredFramework = "express" | "fastify" | "hono" | "koa" | "node";

/** What `latchkey init` knows of a framework. */
export interface Framework {
  /** For `--framework`. */
  readonly name: string;
  /** The page, such as "docs/express.md". */
  readonly page: string;
  readonly title: string;
  /** Whether the project uses it. */
  readonly isUsed: (project: Project) => boolean;
  /** The package, and the oldest version of it that Latchkey works with. */
  readonly oldest?: readonly [name: string, version: string];
  /** The file that holds the development key, if there is one. */
  readonly keyFile?: ".env" | ".dev.vars";
  /**
   * Who reads the key file: `framework`, the flag `--env-file` of the runtime, or nothing. Without
   * a reader, the first start makes a key in .latchkey.
   */
  readonly reads: "framework" | "flag" | "nothing";
  /** Set if a file is written. Otherwise these files of its page are printed. */
  readonly wired?: WiredFramework;
  readonly pageFiles?: readonly string[];
  /** How the framework is told of a proxy that ends TLS. */
  readonly behindProxy?: string;
}

const uses =
  (...names: readonly string[]) =>
  ({ packages }: Project): boolean =>
    names.some((name) => packages.has(name));
const imports = ({ entryText }: Project, pattern: RegExp): boolean => pattern.test(entryText);

/**
 * All frameworks, those that are built on others first: the first one that a project uses is its
 * framework.
 */
export const FRAMEWORKS: readonly Framework[] = [
  page(
    "next",
    "Next.js",
    uses("next"),
    "framework",
    ["lib/session.ts", "proxy.ts", "instrumentation.ts"],
    ["next", "16.0"],
  ),
  page("nuxt", "Nuxt", uses("nuxt"), "framework", ["server/utils/session.ts", "server/middleware/session.ts"]),
  page("astro", "Astro", uses("astro"), "nothing", ["src/session.ts", "src/middleware.ts", "src/env.d.ts"]),
  page("sveltekit", "SvelteKit", uses("@sveltejs/kit"), "nothing", ["src/hooks.server.ts", "src/app.d.ts"]),
  page("tanstack-start", "TanStack Start", uses("@tanstack/react-start"), "nothing", [
    "src/session.ts",
    "src/server.ts",
  ]),
  page("react-router", "React Router", uses("@react-router/dev"), "nothing", ["app/session.server.ts"]),
  page("adonisjs", "AdonisJS", uses("@adonisjs/core"), "framework", [
    "app/session.ts",
    "app/middleware/latchkey_middleware.ts",
    "start/kernel.ts",
  ]),
  page("nestjs", "NestJS", uses("@nestjs/core"), "flag", ["src/session.ts", "src/main.ts"]),
  {
    ...page("nitro", "Nitro", uses("nitro"), "framework", [
      "session.ts",
      "visitor.ts",
      "server/plugins/session.ts",
      "nitro.config.ts",
    ]),
    page: "docs/h3.md",
  },
  page("elysia", "Elysia", uses("elysia"), "framework", ["session.ts", "server.ts"]),
  {
    name: "workers",
    page: "docs/workers.md",
    title: "Cloudflare Workers",
    isUsed: (project) => project.hasWrangler,
    keyFile: ".dev.vars",
    reads: "framework",
    pageFiles: ["src/index.ts"],
  },
  wired("hono", "Hono", uses("hono"), ["hono", "4.9"]),
  wired("fastify", "Fastify", uses("fastify"), ["fastify", "5.0"], 'Fastify({ trustProxy: "127.0.0.1" })'),
  wired("express", "Express", uses("express"), ["express", "4.16"], 'app.set("trust proxy", 1)'),
  wired("koa", "Koa", uses("koa"), ["koa", "3.0"], "new Koa({ proxy: true })"),
  page("h3", "h3", uses("h3"), "flag", ["session.ts", "visitor.ts", "app.ts"], ["h3", "2.0"]),
  page("trpc", "tRPC", uses("@trpc/server"), "flag", ["session.ts"]),
  page("socket-io", "Socket.IO", uses("socket.io"), "flag", ["session.ts", "sockets.ts"]),
  page("deno", "Deno.serve", (project) => project.isDeno, "flag", ["session.ts", "server.ts"]),
  page("bun", "Bun.serve", (project) => imports(project, /\bBun\.serve\b/), "framework", ["session.ts", "server.ts"]),
  wired("node", "node:http", (project) => imports(project, /["'](?:node:)?http2?["']/)),
];

function page(
  name: string,
  title: string,
  isUsed: Framework["isUsed"],
  reads: Framework["reads"],
  pageFiles: readonly string[],
  oldest?: Framework["oldest"],
): Framework {
  const more = oldest === undefined ? {} : { oldest };
  const page = `docs/${name}.md`;
  return { name, page, title, isUsed, reads, pageFiles, ...(reads === "nothing" ? {} : { keyFile: ".env" }), ...more };
}

function wired(
  name: WiredFramework,
  title: string,
  isUsed: Framework["isUsed"],
  oldest?: Framework["oldest"],
  behindProxy?: string,
): Framework {
  return {
    name,
    page: `docs/${name}.md`,
    title,
    isUsed,
    wired: name,
    keyFile: ".env",
    reads: "flag",
    ...(oldest === undefined ? {} : { oldest }),
    ...(behindProxy === undefined ? {} : { behindProxy }),
  };
}
