/** What a page's Content-Security-Policy allows the toolbar to do. */
export interface PolicyVerdict {
  /** Whether a module script of this server runs on the page. */
  readonly mayRunScript: boolean;
  /** The nonce of the page's scripts, if its policy has one. */
  readonly nonce: string | undefined;
  /** Whether the script may open an event stream to this server, and no policy reports it. */
  readonly mayConnect: boolean;
  /** Whether a policy that only reports would report the script. */
  readonly isReported: boolean;
}

/** What a page without a policy allows. */
const WITHOUT: PolicyVerdict = { mayRunScript: true, nonce: undefined, mayConnect: true, isReported: false };

type Directives = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a response's Content-Security-Policy. As in a browser, all policies of a header must allow
 * a thing (CSP Level 3).
 *
 * @param header the value of Content-Security-Policy; several headers joined by commas.
 * @param reportOnly the value of Content-Security-Policy-Report-Only. It forbids nothing, but what
 *   it does not allow is reported, with its address.
 */
export function readPolicy(header: string | undefined, reportOnly?: string): PolicyVerdict {
  // The first byte waits for the verdict, and most pages under development have no policy.
  if (header === undefined && reportOnly === undefined) return WITHOUT;
  const enforced = policiesOf(header);
  const reporting = policiesOf(reportOnly);
  const nonces = [...enforced, ...reporting].flatMap((policy) => noncesOf(policy));
  const fits = (policies: readonly Directives[], nonce: string | undefined): boolean =>
    policies.every((policy) => allowsScript(policy, nonce));
  const nonce =
    nonces.find((each) => fits([...enforced, ...reporting], each)) ??
    nonces.find((each) => fits(enforced, each)) ??
    nonces[0];
  return {
    mayRunScript: enforced.every(isUnsandboxed) && fits(enforced, nonce),
    nonce,
    mayConnect: [...enforced, ...reporting].every((policy) =>
      allowsSelf(effective(policy, "connect-src", "default-src")),
    ),
    isReported: !fits(reporting, nonce),
  };
}

function policiesOf(header: string | undefined): readonly Directives[] {
  return (header ?? "").split(",").map(parse);
}

function noncesOf(policy: Directives): readonly string[] {
  return (effective(policy, "script-src-elem", "script-src", "default-src") ?? []).flatMap(
    (source) => nonceOf(source) ?? [],
  );
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

/** A policy that only reports cannot have a sandbox: browsers ignore it there. */
function isUnsandboxed(policy: Directives): boolean {
  const sandbox = policy.get("sandbox");
  return sandbox === undefined || sandbox.some((token) => token.toLowerCase() === "allow-scripts");
}

function allowsScript(policy: Directives, nonce: string | undefined): boolean {
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
