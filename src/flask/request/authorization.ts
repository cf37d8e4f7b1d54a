import { readDictHeader } from "./list-header.ts";
import { strictly } from "../url-encoded.ts";

/** The header Authorization, taken apart. */
export interface Authorization {
  /** The scheme in lower case: "basic", "bearer". */
  readonly type: string;
  /** Of Basic and Digest. */
  readonly username: string | undefined;
  /** Of Basic. */
  readonly password: string | undefined;
  /** All that follows the scheme, where it is one text: the token of Bearer. */
  readonly token: string | undefined;
  /** The parameters by their names, where there are such: the `nonce` of Digest. */
  readonly parameters: Readonly<Record<string, string | null>>;
  /** A parameter; null where it is missing. */
  get(name: string): string | null;
}

/** Reads the header; undefined without one, and for Basic that cannot be read. */
export function readAuthorization(header: string | null): Authorization | undefined {
  if (header === null || header === "") return undefined;
  const [scheme = "", given = ""] = header.split(/ (.*)/s);
  const [type, rest] = [scheme.toLowerCase(), given.trim()];
  if (type === "basic") {
    const decoded = readBase64(rest);
    if (decoded === undefined) return undefined;
    const [username = "", password = ""] = decoded.split(/:(.*)/s);
    return withParameters(
      type,
      new Map([
        ["username", username],
        ["password", password],
      ]),
      undefined,
    );
  }
  if (rest.replace(/=+$/, "").includes("=")) return withParameters(type, readDictHeader(rest), undefined);
  return withParameters(type, new Map(), rest);
}

function withParameters(
  type: string,
  parameters: ReadonlyMap<string, string | null>,
  token: string | undefined,
): Authorization {
  return {
    type,
    username: parameters.get("username") ?? undefined,
    password: parameters.get("password") ?? undefined,
    token,
    parameters: Object.fromEntries(parameters),
    get: (name) => parameters.get(name) ?? null,
  };
}

/** As in Python, other letters are passed over, and the padding must be whole. */
function readBase64(text: string): string | undefined {
  const [, letters = "", padding = ""] = /^([A-Za-z0-9+/]*)(=*)/.exec(text.replace(/[^A-Za-z0-9+/=]/g, ""))!;
  const open = letters.length % 4;
  if (open === 1 || (open > 0 && padding.length < 4 - open)) return undefined;
  return strictly(Buffer.from(letters, "base64"));
}
