import type { Contender } from "./contender.ts";
import { AUTH_JS } from "./apps/authjs.ts";
import { BETTER_AUTH } from "./apps/better-auth.ts";
import { EXPRESS } from "./apps/express.ts";
import { FLOORS_ON_FRAMEWORKS } from "./apps/floors.ts";
import { FASTIFY } from "./apps/fastify.ts";
import { H3_SESSIONS } from "./apps/h3.ts";
import { HONO } from "./apps/hono.ts";
import { KOA } from "./apps/koa.ts";
import { NODE } from "./apps/node.ts";

/** All that take part. Each framework alone stands before its own. */
export const CONTENDERS: readonly Contender[] = [
  ...NODE,
  ...EXPRESS,
  ...AUTH_JS,
  ...BETTER_AUTH,
  ...FASTIFY,
  ...KOA,
  ...HONO,
  ...H3_SESSIONS,
  ...FLOORS_ON_FRAMEWORKS,
];

/** Its name in tables and on the command line. */
export function labelOf({ framework, name }: Contender): string {
  return `${framework}: ${name}`;
}
