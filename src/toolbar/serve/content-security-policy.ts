/** What a page's Content-Security-Policy lets the toolbar do. */
export interface PolicyVerdict {
  /** Whether a module script of this server runs on the page. */
  readonly script: boolean;
  /** The nonce that the page's scripts carry, if its policy names one. */
  readonly nonce: string | undefined;
  /** Whether the script may open an event stream to this server. */
  readonly connect: boolean;
}

type Directives = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the policy that a response carries. All policies of a header must agree, as in a browser
 * (CSP Level 3).
 *
 * @param header the value of Content-Security-Policy; several headers joined by commas.
 */
export function readPolicy(header: string | undefined): PolicyVerdict {
  const policies = (header ?? "").split(",").map(parse);
  const nonce = policies
    .flatMap((policy) => effective(policy, "script-src-elem", "script-src", "default-src") ?? [])
    .map(nonceOf)
    .find((found) => found !== undefined);
  return {
    script: policies.every((policy) => allowsScript(policy, nonce)),
    nonce,
    connect: policies.every((policy) => allowsSelf(effective(policy, "connect-src", "default-src"))),
  };
}

function parse(policy: string): Directives {
  const directives = new Map<string, readonly string[]>();
  for (const directive of policy.split(";")) {
    const [name = "", ...sources] = directive.trim().split(/[\t\n\f\r ]+/);
    // A browser takes the first of two directives of one name.
    if (name !== "" && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources);
  }
  return directives;
}

function effective(policy: Directives, ...names: readonly string[]): readonly string[] | undefined {
  const name = names.find((candidate) => policy.has(candidate));
  return name === undefined ? undefined : policy.get(name);
}

function allowsScript(policy: Directives, nonce: string | undefined): boolean {
  const sandbox = policy.get("sandbox");
  if (sandbox !== undefined && !sandbox.some((token) => token.toLowerCase() === "allow-scripts")) return false;
  const sources = effective(policy, "script-src-elem", "script-src", "default-src");
  if (sources === undefined) return true;
  if (nonce !== undefined && sources.some((source) => nonceOf(source) === nonce)) return true;
  // With 'strict-dynamic', a browser looks at nonces and hashes only.
  return !sources.some((source) => source.toLowerCase() === "'strict-dynamic'") && allowsSelf(sources);
}

/**
 * Whether a list of sources lets the page's own server in: by 'self', a wildcard or a scheme. A
 * list of host names is not looked into.
 */
function allowsSelf(sources: readonly string[] | undefined): boolean {
  return sources === undefined || sources.some((source) => /^(?:'self'|\*|https?:)$/i.test(source));
}

function nonceOf(source: string): string | undefined {
  return /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i.exec(source)?.[1];
}
