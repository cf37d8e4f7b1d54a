import { InvalidOptionError } from "../../errors.ts";
import { kindOf, nameOrKind } from "../../options.ts";

/**
 * As browsers write the origin of a page: scheme, host, and the port if it is not the usual one.
 */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d+)?$/;

/**
 * The option `trustedOrigins`, checked.
 *
 * @throws InvalidOptionError for anything but a list of origins as browsers write them.
 */
export function checkTrustedOrigins(origins: unknown): ReadonlySet<string> {
  if (!Array.isArray(origins)) {
    const fix = typeof origins === "string" && ORIGIN.test(origins) ? origins : "https://app.example.com";
    throw new InvalidOptionError(
      `trustedOrigins must be a list. It got ${kindOf(origins)}. Fix: trustedOrigins: ["${fix}"].`,
    );
  }
  for (const origin of origins as readonly unknown[]) checkOrigin(origin);
  return new Set(origins as readonly string[]);
}

function checkOrigin(origin: unknown): void {
  const [problem, fix] = problemOf(origin) ?? [];
  if (problem === undefined) return;
  throw new InvalidOptionError(
    `trustedOrigins holds ${nameOrKind(origin)}, which ${problem}. Fix: ${fix ?? 'trustedOrigins: ["https://app.example.com"]'}.`,
  );
}

/** What is wrong, and the fix if there is a better one than an example. */
function problemOf(origin: unknown): readonly [problem: string, fix?: string | undefined] | undefined {
  if (typeof origin !== "string") return ["is not a string"];
  if (origin === "null")
    return ["is the Origin of every page that hides its own, so anyone could send it", "leave it out"];
  if (origin.includes("*")) return ["has a wildcard, and one forgotten sub-domain would be enough", "list each origin"];
  if (!URL.canParse(origin)) return ["is not an origin: a scheme and a host, and nothing after them"];
  const { protocol, host } = new URL(origin);
  if (protocol === "ws:" || protocol === "wss:")
    return [
      "is the address of a WebSocket, and not the origin of the page that opens it",
      `trustedOrigins: ["${protocol === "wss:" ? "https" : "http"}://${host}"]`,
    ];
  if (host === "") return ["has no host"];
  const canonical = `${protocol}//${host}`;
  if (canonical === origin && ORIGIN.test(origin)) return undefined;
  const fix = ORIGIN.test(canonical) ? `trustedOrigins: ["${canonical}"]` : undefined;
  return ["is not an origin as browsers write it: scheme and host in lower case, and nothing after them", fix];
}
