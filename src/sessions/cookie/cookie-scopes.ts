/**
 * Where a cookie lies in a browser, beside its name (RFC 6265bis, section 5.7). A Set-Cookie
 * reaches the cookie of exactly this scope, and no other.
 */
export interface CookieScope {
  /** Undefined for a host-only cookie. */
  readonly domain?: string | undefined;
  /** "/" unless given. */
  readonly path?: string | undefined;
  /** Whether the cookie belongs to one top-level site (CHIPS). False unless given. */
  readonly partitioned?: boolean | undefined;
}

/** What a cookie's scopes are derived from. */
export interface ScopeSource {
  readonly name: string;
  readonly secure: boolean;
  /** The Host header of the request; undefined where it is not known. */
  readonly host: string | undefined;
  /** The path of the request; undefined where it is not known. */
  readonly path: string | undefined;
  /** Whether partitioned cookies are looked for too. */
  readonly partitioned: boolean;
}

/** What a Path or Domain attribute can hold without being cut. */
const ATTRIBUTE = /^[\x21-\x3A\x3C-\x7E]+$/;

/**
 * All scopes that can have sent a cookie of this name with a request.
 *
 * The path of a cookie that came is a prefix of the request's path, with or without a slash at its
 * end. Its domain is the host or a parent of it with at least two labels. A Secure cookie may also
 * be partitioned. Names with `__Host-` have one path and no domain.
 */
export function possibleScopes({ name, secure, host, path, partitioned }: ScopeSource): Required<CookieScope>[] {
  const isHostOnly = name.toLowerCase().startsWith("__host-");
  const domains = isHostOnly ? [undefined] : [undefined, ...domainsOf(host)];
  const paths = isHostOnly ? ["/"] : pathsOf(path);
  const partitions = secure && partitioned ? [false, true] : [false];
  return partitions.flatMap((partitioned) =>
    paths.flatMap((path) => domains.map((domain) => ({ domain, path, partitioned }))),
  );
}

/** Whether two scopes are the same place in a browser. */
export function isSameScope(one: CookieScope, other: CookieScope): boolean {
  return (
    plainDomain(one.domain) === plainDomain(other.domain) &&
    (one.path ?? "/") === (other.path ?? "/") &&
    (one.partitioned ?? false) === (other.partitioned ?? false)
  );
}

/** "/", "/shop", "/shop/", "/shop/cart" for the path /shop/cart. */
function pathsOf(path: string = "/"): string[] {
  if (!path.startsWith("/") || !ATTRIBUTE.test(path)) return ["/"];
  const paths = ["/"];
  for (let at = path.indexOf("/", 1); at !== -1; at = path.indexOf("/", at + 1)) {
    paths.push(path.slice(0, at), path.slice(0, at + 1));
  }
  paths.push(path);
  return [...new Set(paths)].filter((prefix) => prefix !== "");
}

/**
 * The host and its parents with at least two labels. An address has none: browsers keep its cookies
 * for it alone.
 */
function domainsOf(host: string = ""): string[] {
  const name = host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
  // A last label of digits makes it an address, as in URLs. IPv6 has colons or brackets.
  if (/(?:^|\.)\d+$/.test(name) || !/^[a-z0-9._-]+$/.test(name)) return [];
  const labels = name.split(".");
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join("."));
}

/** Browsers ignore a dot in front. */
function plainDomain(domain: string | undefined): string | undefined {
  return domain?.replace(/^\./, "").toLowerCase();
}
