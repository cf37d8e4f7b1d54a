import {
  flaskSessionSerializer,
  Serializer,
  Signer,
  TimedSerializer,
  URLSafeSerializer,
  URLSafeTimedSerializer,
  type Digest,
} from "../../src/signing/index.ts";
import { type Contender, KEY } from "./contender.ts";

function signer(name: string, digest: Digest, inPython?: string): Contender {
  const signer = new Signer(KEY, { digest });
  return {
    name,
    inPython,
    start(payload) {
      const token = signer.sign(JSON.stringify(payload));
      return { sign: () => signer.sign(JSON.stringify(payload)), verify: () => JSON.parse(signer.unsign(token)) as unknown };
    },
  };
}

function serializer(name: string, of: Serializer | TimedSerializer): Contender {
  return {
    name,
    inPython: `Python ${name}`,
    start(payload) {
      const token = of.dumps(payload);
      return { sign: () => of.dumps(payload), verify: () => of.loads(token, { maxAge: 3600 }) };
    },
  };
}

/** The rows of this package, and which of Python's they are to be compared with. */
export const ours: readonly Contender[] = [
  signer("Signer + JSON", "sha1", "Python Signer + json"),
  signer("Signer + JSON, SHA-256", "sha256"),
  serializer("Serializer", new Serializer(KEY)),
  serializer("TimedSerializer", new TimedSerializer(KEY)),
  serializer("URLSafeSerializer", new URLSafeSerializer(KEY)),
  serializer("URLSafeTimedSerializer", new URLSafeTimedSerializer(KEY)),
  serializer("Flask session", flaskSessionSerializer(KEY)),
];
