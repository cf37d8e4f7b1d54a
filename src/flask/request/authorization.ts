/** The header Authorization, taken apart. */
export interface Authorization {
  /** The scheme in lower case: "basic", "bearer". */
  readonly type: string;
  /** Of Basic. */
  readonly username: string | undefined;
  /** Of Basic. */
  readonly password: string | undefined;
  /** All that follows the scheme, where it is one text: the token of Bearer. */
  readonly token: string | undefined;
}

/** Reads the header; undefined without one, and for Basic that cannot be read. */
export function readAuthorization(header: string | null): Authorization | undefined {
  const [, scheme, rest] = /^\s*(\S+)\s+(.*?)\s*$/s.exec(header ?? "") ?? [];
  if (scheme === undefined) return undefined;
  const type = scheme.toLowerCase();
  if (type !== "basic") return { type, username: undefined, password: undefined, token: rest };
  const decoded = Buffer.from(rest ?? "", "base64").toString("utf8");
  const at = decoded.indexOf(":");
  if (at < 0) return undefined;
  return { type, username: decoded.slice(0, at), password: decoded.slice(at + 1), token: undefined };
}
