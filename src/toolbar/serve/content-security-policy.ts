/** What a page's Content-Security-Policy allows the toolbar to do. */
export interface PolicyVerdict {
  /** Whether a module script of this server runs on the page. */
  readonly mayRunScript: boolean;
  /** The nonce of the page's scripts, if its policy has one. */
  readonly nonce: string | undefined;
  /** Whether the script may open an event stream to this server. */
  readonly mayConnect: boolean;
}

type Directives = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a response's Content-Security-Policy. As in a browser, all policies of a header must allow
 * a thing (CSP Level 3).
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
    mayRunScript: policies.every((policy) => allowsScript(policy, nonce)),
    nonce,
    mayConnect: policies.every((policy) => allowsSelf(effective(policy, "connect-src", "default-src"))),
  };
}

function parse(policy: string): Directives {
  const directives = new Map<string, readonly string[]>();
  for (const directive of policy.split(";")) {
    const [name = "", ...sources] = directive.trim().split(/[\t\n\f\r ]+/);
    // Browsers use the first of two directives with the same name.
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
  // With 'strict-dynamic', browsers consider only nonces and hashes.
  return !sources.some((source) => source.toLowerCase() === "'strict-dynamic'") && allowsSelf(sources);
}

/**
 * Whether a list of sources allows the page's own server, by 'self', a wildcard or a scheme. Host
 * names in the list are not compared.
 */
function allowsSelf(sources: readonly string[] | undefined): boolean {
  return sources === undefined || sources.some((source) => /^(?:'self'|\*|https?:)$/i.test(source));
}

function nonceOf(source: string): string | undefined {
  return /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i.exec(source)?.[1];
}
