import type { CpuProfile } from "./cpu-profile.ts";

/** Microseconds between two samples. V8's own default is 1,000. */
const SAMPLING_INTERVAL = 250;

/** A session of the inspector, as node:inspector has it. */
interface InspectorSession {
  connect(): void;
  disconnect(): void;
  post(method: string, parameters: object, callback: (error: Error | null, result?: object) => void): void;
}

/**
 * A profile that V8 takes of this thread. No port is opened for it. To start it blocks the process
 * for 15 to 50 ms, because V8 looks at all code.
 */
export class V8Profiler {
  readonly #session: InspectorSession;

  private constructor(session: InspectorSession) {
    this.#session = session;
  }

  /** Undefined where the runtime cannot take profiles. */
  static start(): V8Profiler | undefined {
    try {
      // Not an import: the toolbar runs on runtimes without this module too.
      const { Session } = process.getBuiltinModule("node:inspector") as unknown as {
        readonly Session: new () => InspectorSession;
      };
      const profiler = new V8Profiler(new Session());
      profiler.#session.connect();
      profiler.#post("Profiler.enable");
      profiler.#post("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL });
      profiler.#post("Profiler.start");
      return profiler;
    } catch {
      return undefined;
    }
  }

  /** Undefined if V8 could not make the profile. */
  stop(): CpuProfile | undefined {
    try {
      const { profile } = this.#post("Profiler.stop") as { readonly profile?: CpuProfile };
      return profile;
    } catch {
      return undefined;
    } finally {
      this.#session.disconnect();
    }
  }

  /** The session is in this process, so that the answer is there at once. */
  #post(method: string, parameters: object = {}): object {
    let failure: Error | null = null;
    let answer: object = {};
    this.#session.post(method, parameters, (error, result) => {
      failure = error;
      answer = result ?? {};
    });
    if (failure !== null) throw failure as Error;
    return answer;
  }
}
