import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { pythonWith } from "../../test/support/requirements.ts";
import { type Contender, KEY } from "./contender.ts";

const PROGRAM = `
import json, platform, sys, time
from importlib.metadata import version
from itsdangerous import Serializer, Signer, TimedSerializer, URLSafeSerializer, URLSafeTimedSerializer
key = ${JSON.stringify(KEY)}
print(json.dumps({"python": platform.python_version(), "itsdangerous": version("itsdangerous")}), flush=True)

signer = Signer(key)
jobs = {
    "Signer + json": (lambda p: signer.sign(json.dumps(p)), lambda t: json.loads(signer.unsign(t))),
}
def serializer(name, s):
    jobs[name] = (s.dumps, lambda t: s.loads(t, max_age=3600))
for untimed in (Serializer(key), URLSafeSerializer(key)):
    jobs[type(untimed).__name__] = (untimed.dumps, untimed.loads)
serializer("TimedSerializer", TimedSerializer(key))
serializer("URLSafeTimedSerializer", URLSafeTimedSerializer(key))
try:
    from flask import Flask
    from flask.sessions import SecureCookieSessionInterface
    app = Flask("bench")
    app.secret_key = key
    serializer("Flask session", SecureCookieSessionInterface().get_signing_serializer(app))
except ImportError:
    pass

for line in sys.stdin:
    job = json.loads(line)
    payload = job["payload"]
    sign, verify = jobs[job["name"]]
    token = sign(payload)
    call, argument = (sign, payload) if job["operation"] == "sign" else (verify, token)
    count, start = 0, time.process_time()
    while time.process_time() - start < job["ms"] / 1000:
        for _ in range(50): call(argument)
        count += 50
    print((time.process_time() - start) / count * 1e6, flush=True)
`;

interface Python {
  readonly contenders: readonly Contender[];
  readonly versions: Readonly<Record<string, string>>;
  readonly stop: () => void;
}

/**
 * The same classes in Python, in one process that waits for its turns; undefined if the machine has
 * none.
 */
export async function startPython(): Promise<Python | undefined> {
  const flask = pythonWith("itsdangerous", "flask");
  const python = flask ?? pythonWith("itsdangerous");
  if (python === undefined) return undefined;
  const child = spawn(python, ["-c", PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => String((await lines.next()).value);
  const versions = JSON.parse(await answer()) as Record<string, string>;
  const names = [
    "Signer + json",
    "Serializer",
    "TimedSerializer",
    "URLSafeSerializer",
    "URLSafeTimedSerializer",
    ...(flask === undefined ? [] : ["Flask session"]),
  ];
  const contenders = names.map((name): Contender => ({
    name: `Python ${name}`,
    start: (payload) => ({
      measure: async (operation, ms) => {
        child.stdin.write(`${JSON.stringify({ name, operation, payload, ms })}\n`);
        return Number(await answer());
      },
    }),
  }));
  return { contenders, versions, stop: () => child.stdin.end() };
}
