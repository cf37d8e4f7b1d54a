import { retried } from "./retried.ts";
import { Unavailable } from "./unavailable.ts";

type Work = (...args: never[]) => unknown;

const stubbed = new Map<string, string | undefined>();
const unavailable =
  (name: string): Work =>
  () => {
    throw new Unavailable(`needs vi.${name} of vitest`);
  };
const known: Readonly<Record<string, Work>> = {
  stubEnv(name: string, value: string | undefined) {
    if (!stubbed.has(name)) stubbed.set(name, process.env[name]);
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  },
  unstubAllEnvs() {
    for (const [name, value] of stubbed) known["stubEnv"]!(name as never, value as never);
    stubbed.clear();
  },
  waitFor: async (work: () => unknown) => await retried(work),
  restoreAllMocks: () => undefined,
  setConfig: () => undefined,
  useRealTimers: () => undefined,
};
/** What the suites use of it. Anything else is a reason to leave a test out. */
export const vi = new Proxy(known, { get: (_, name) => known[String(name)] ?? unavailable(String(name)) });
