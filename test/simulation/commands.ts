import fc from "fast-check";

/** What a handler does with the session of its request. */
export const OPERATIONS = [
  "nothing",
  "look",
  "set",
  "update",
  "flash",
  "read flashes",
  "clear",
  "login",
  "login as other",
  "login persistent",
  "renew",
  "renew and set",
  "logout",
  "logout and flash",
  "destroy",
] as const;
export type Operation = (typeof OPERATIONS)[number];

/**
 * Where requests go: the root, a page below the cookie's path, and an address so deep that many
 * cookies can be sent to it.
 */
export const PATHS = ["/", "/app/page", `/app/${"x/".repeat(40)}`] as const;

export const PLANTS = [
  "script /app",
  "script /app/page",
  "script /",
  "script host domain",
  "script partitioned",
  "sibling /",
  "sibling /app",
  "script many",
] as const;
export type PlantWhere = (typeof PLANTS)[number];
export const PLANTED = ["own session", "earlier session", "junk"] as const;

interface Request {
  /** Of the browsers. */
  readonly browser: number;
  /** Of the servers: two processes, and the second application. */
  readonly server: number;
  readonly path: number;
  readonly operation: Operation;
}

/**
 * One step of a history. Numbers choose among what there is at that moment; a step that is not
 * possible does nothing.
 */
export type Command =
  | ({ readonly do: "visit" } & Request)
  | ({ readonly do: "begin" } & Request)
  | { readonly do: "finish"; readonly which: number }
  | { readonly do: "deliver"; readonly which: number }
  | { readonly do: "drop"; readonly which: number }
  | {
      readonly do: "plant";
      readonly what: (typeof PLANTED)[number];
      readonly where: PlantWhere;
      readonly browser: number;
    }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "rotate keys"; readonly server: number }
  | { readonly do: "deploy"; readonly server: number }
  | { readonly do: "revoke all"; readonly browser: number; readonly server: number; readonly held: boolean }
  | { readonly do: "release revocation" };

/** Parts of the model that can be left out, to look for one kind of fault. */
export const PARTS = ["tabs", "planting", "clock", "keys", "releases", "neighbour", "admin", "drops"] as const;
export type Part = (typeof PARTS)[number];

/** The browsers: two visitors, and the attacker's own. */
export const BROWSERS = ["ada", "bob", "mallory"] as const;
export const ATTACKER = 2;

const DAY = 86_400;
const WAITS = [1, 5, 11, 30, 61, 3600, DAY, 4 * DAY, 8 * DAY, 15 * DAY];

function weighted<Value>(...choices: readonly (readonly [weight: number, value: Value])[]): fc.Arbitrary<Value> {
  return fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}

const operation = weighted<Operation>(
  [2, "look"],
  [1, "nothing"],
  [3, "set"],
  [2, "update"],
  [1, "flash"],
  [1, "read flashes"],
  [1, "clear"],
  [4, "login"],
  [1, "login as other"],
  [1, "login persistent"],
  [2, "renew"],
  [1, "renew and set"],
  [2, "logout"],
  [1, "logout and flash"],
  [1, "destroy"],
);
const browser = weighted([6, 0], [1, 1], [3, 2]);

/** A random command of the parts that take part. */
function command(parts: ReadonlySet<Part>): fc.Arbitrary<Command> {
  const request = {
    browser,
    server: parts.has("neighbour") ? weighted([5, 0], [4, 1], [1, 2]) : weighted([1, 0], [1, 1]),
    path: weighted([3, 0], [5, 1], [1, 2]),
    operation,
  };
  const which = fc.nat({ max: 7 });
  const choices: [number, Part | undefined, fc.Arbitrary<Command>][] = [
    [10, undefined, fc.record({ do: fc.constant("visit" as const), ...request })],
    [5, "tabs", fc.record({ do: fc.constant("begin" as const), ...request })],
    [5, "tabs", fc.record({ do: fc.constant("finish" as const), which })],
    [4, "tabs", fc.record({ do: fc.constant("deliver" as const), which })],
    [1, "drops", fc.record({ do: fc.constant("drop" as const), which })],
    [
      4,
      "planting",
      fc.record({
        do: fc.constant("plant" as const),
        what: weighted<(typeof PLANTED)[number]>([6, "own session"], [2, "earlier session"], [1, "junk"]),
        where: fc.constantFrom(...PLANTS),
        browser: weighted([5, 0], [1, 1]),
      }),
    ],
    [4, "clock", fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(...WAITS) })],
    [2, "keys", fc.record({ do: fc.constant("rotate keys" as const), server: fc.nat({ max: 1 }) })],
    [1, "releases", fc.record({ do: fc.constant("deploy" as const), server: fc.nat({ max: 1 }) })],
    [
      2,
      "admin",
      fc.record({ do: fc.constant("revoke all" as const), browser, server: fc.nat({ max: 1 }), held: fc.boolean() }),
    ],
    [2, "admin", fc.record({ do: fc.constant("release revocation" as const) })],
  ];
  return fc.oneof(
    ...choices
      .filter(([, part]) => part === undefined || parts.has(part))
      .map(([weight, , arbitrary]) => ({ weight, arbitrary })),
  );
}

/** The cookie's scope of one release. */
export interface Scope {
  /** Undefined for the format's own name, which has the prefix `__Host-` where it can. */
  readonly name: string | undefined;
  readonly domain?: string;
  readonly path?: string;
  readonly partitioned?: boolean;
}

const OWN: Scope = { name: undefined };
const HOST_ONLY: Scope = { name: "sid" };
const DOMAIN: Scope = { name: "sid", domain: "example.com" };
const DEEP: Scope = { name: "sid", path: "/app" };
const PARTITIONED: Scope = { name: "sid", partitioned: true };

/** What stays the same during a history. */
export interface Setup {
  /** The scopes of the cookie in the first and the second release. */
  readonly scopes: readonly [Scope, Scope];
  /** Whether the second release names the first one's scope in `cookie.formerly`. */
  readonly formerly: boolean;
}

export interface History {
  readonly setup: Setup;
  readonly commands: readonly Command[];
}

export function histories(parts: ReadonlySet<Part>, length: number): fc.Arbitrary<History> {
  const same: (readonly [Scope, Scope])[] = [OWN, HOST_ONLY, DOMAIN, DEEP, PARTITIONED].map((scope) => [scope, scope]);
  const changed: (readonly [Scope, Scope])[] = [
    [HOST_ONLY, DOMAIN],
    [DOMAIN, HOST_ONLY],
    [DEEP, HOST_ONLY],
    [HOST_ONLY, DEEP],
    [HOST_ONLY, PARTITIONED],
  ];
  return fc.record({
    setup: fc.record({
      scopes: fc.constantFrom(...same, HOST_ONLY_TWICE, ...(parts.has("releases") ? changed : [])),
      formerly: fc.boolean(),
    }),
    commands: fc.array(command(parts), { maxLength: length, size: "max" }),
  });
}

const HOST_ONLY_TWICE: readonly [Scope, Scope] = [HOST_ONLY, HOST_ONLY];
