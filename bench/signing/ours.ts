import type * as signing from "../../src/signing/index.ts";
import { type Contender, KEY } from "./contender.ts";

type Signing = typeof signing;

/** The rows of this package, and which of Python's they are to be compared with. */
export function ours({
  flaskSessionSerializer,
  Serializer,
  Signer,
  TimedSerializer,
  URLSafeSerializer,
  URLSafeTimedSerializer,
}: Signing): readonly Contender[] {
  return [
    signer("Signer + JSON", new Signer(KEY, { digest: "sha1" }), "Python Signer + json"),
    signer("Signer + JSON, SHA-256", new Signer(KEY, { digest: "sha256" })),
    serializer("Serializer", new Serializer(KEY)),
    timed("TimedSerializer", new TimedSerializer(KEY)),
    serializer("URLSafeSerializer", new URLSafeSerializer(KEY)),
    timed("URLSafeTimedSerializer", new URLSafeTimedSerializer(KEY)),
    timed("Flask session", flaskSessionSerializer(KEY)),
  ];
}

function signer(name: string, by: signing.Signer, inPython?: string): Contender {
  return {
    name,
    inPython,
    start(payload) {
      const token = by.sign(JSON.stringify(payload));
      return { sign: () => by.sign(JSON.stringify(payload)), verify: () => JSON.parse(by.unsign(token)) as unknown };
    },
  };
}

function serializer(name: string, of: signing.Serializer): Contender {
  return serializing(name, of, (token) => of.loads(token));
}

function timed(name: string, of: signing.TimedSerializer): Contender {
  return serializing(name, of, (token) => of.loads(token, { maxAge: 3600 }));
}

function serializing(
  name: string,
  of: Pick<signing.Serializer, "dumps">,
  loads: (token: string) => unknown,
): Contender {
  return {
    name,
    inPython: `Python ${name}`,
    start(payload) {
      const token = of.dumps(payload);
      return { sign: () => of.dumps(payload), verify: () => loads(token) };
    },
  };
}
