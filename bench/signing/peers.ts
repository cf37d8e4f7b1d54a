import { webcrypto } from "node:crypto";
import { createRequire } from "node:module";
import { type Contender, KEY } from "./contender.ts";

interface CookieSignature {
  sign(value: string, key: string): string;
  unsign(signed: string, key: string): string | false;
}
interface Keygrip {
  sign(value: string): string;
  verify(value: string, signature: string): boolean;
}
interface SignJwt {
  setProtectedHeader(header: object): SignJwt;
  setIssuedAt(): SignJwt;
  setExpirationTime(time: string): SignJwt;
  sign(key: webcrypto.CryptoKey): Promise<string>;
}
interface Jose {
  SignJWT: new (claims: object) => SignJwt;
  jwtVerify(token: string, key: webcrypto.CryptoKey): Promise<{ payload: unknown }>;
}
interface IronSession {
  sealData(data: unknown, options: { password: string }): Promise<string>;
  unsealData(seal: string, options: { password: string }): Promise<unknown>;
}

// Each as its own documentation uses it, with whatever can be prepared prepared.
const PEERS: Readonly<Record<string, (library: never) => Contender["start"]>> = {
  "cookie-signature":
    ({ default: library }: { default: CookieSignature }) =>
    (payload) => {
      const token = library.sign(JSON.stringify(payload), KEY);
      return {
        sign: () => library.sign(JSON.stringify(payload), KEY),
        verify: () => JSON.parse(library.unsign(token, KEY) as string) as unknown,
      };
    },
  keygrip:
    ({ default: Keys }: { default: new (keys: string[]) => Keygrip }) =>
    (payload) => {
      const keys = new Keys([KEY]);
      const text = JSON.stringify(payload);
      const signature = keys.sign(text);
      return {
        sign: () => keys.sign(JSON.stringify(payload)),
        verify: () => keys.verify(text, signature) && (JSON.parse(text) as unknown),
      };
    },
  jose: (library: Jose) => async (payload) => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await webcrypto.subtle.importKey("raw", Buffer.from(KEY), algorithm, false, ["sign", "verify"]);
    const sign = (): Promise<string> =>
      new library.SignJWT(payload as object)
        .setProtectedHeader({ alg: "HS256" })
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(key);
    const token = await sign();
    return { sign, verify: () => library.jwtVerify(token, key) };
  },
  "iron-session": (library: IronSession) => async (payload) => {
    const seal = await library.sealData(payload, { password: KEY });
    return {
      sign: () => library.sealData(payload, { password: KEY }),
      verify: () => library.unsealData(seal, { password: KEY }),
    };
  },
};

/** What Node servers sign with otherwise, as far as it is installed. */
export async function peers(): Promise<{ found: Contender[]; missing: string[] }> {
  const require = createRequire(import.meta.url);
  const found: Contender[] = [];
  const missing: string[] = [];
  for (const [name, start] of Object.entries(PEERS)) {
    try {
      found.push({ name, version: versionOf(require, name), start: start((await import(name)) as never) });
    } catch {
      missing.push(name);
    }
  }
  return { found, missing };
}

/** Not every package exports its package.json, so it is looked for beside what is exported. */
function versionOf(require: NodeJS.Require, name: string): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(`${folder}/${name}/package.json`) as { version: string }).version;
    } catch {
      // It is in another folder.
    }
  }
  return undefined;
}
