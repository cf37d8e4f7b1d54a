import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ToolbarRequest } from "../guard.ts";
import type { Recording } from "../recording.ts";
import { isTarget, PATIENCE, type ProfileTarget } from "./armed-profile.ts";
import type { CpuProfile, FlameRow, HotFunction } from "./cpu-profile.ts";
import { readProfile } from "./flame-rows.ts";
import { V8Profiler } from "./v8-profiler.ts";

/** A profile is stopped after this many milliseconds, even if its request still runs. */
const LONGEST = 30_000;
/** The most profiles whose files can be saved, and the most characters of one. */
const MOST_FILES = 5;
const LARGEST_FILE = 20_000_000;

/** The profile of one request, as its record has it. Times in milliseconds. */
export interface RecordedProfile {
  readonly rows: readonly FlameRow[];
  readonly hot: readonly HotFunction[];
  readonly total: number;
  readonly busy: number;
  /** How many other requests ran during a part of it. Their work is in the profile too. */
  readonly others: number;
  /** Whether it was stopped before the request had ended. */
  readonly isCut: boolean;
  /** Whether the file can be saved. */
  readonly hasFile: boolean;
}

interface Running {
  readonly v8: V8Profiler;
  readonly timer: NodeJS.Timeout;
  /** Undefined until the request that it was started for has its recording. */
  recording: Recording | undefined;
  /** On the clock of the profile, in microseconds. */
  origin: number;
  others: number;
}

/**
 * Profiles one request: the next one that fits, after somebody has asked for it. One at a time,
 * because V8 profiles the whole thread.
 */
export class Profiler {
  readonly #directory: string;
  readonly #files = new Map<string, string>();
  readonly #profiles = new WeakMap<Recording, RecordedProfile>();
  #armed: (ProfileTarget & { readonly until: number }) | undefined;
  #running: Running | undefined;

  /** @param directory the folder of the application; places are relative to it. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Asks for the profile of the next request that fits. The last call counts. */
  arm(target: ProfileTarget): void {
    this.#armed = { ...target, until: performance.now() + PATIENCE * 1_000 };
  }

  /** Called before the clock of an exchange starts: to start a profile blocks the process. */
  beforeStart(request: ToolbarRequest): void {
    const armed = this.#armed;
    if (armed === undefined || this.#running !== undefined) return;
    if (performance.now() > armed.until) return void (this.#armed = undefined);
    if (!isTarget(armed, request)) return;
    this.#armed = undefined;
    const v8 = V8Profiler.start();
    if (v8 === undefined) return;
    const timer = setTimeout(() => this.#stop(true), LONGEST);
    timer.unref();
    this.#running = { v8, timer, recording: undefined, origin: 0, others: 0 };
  }

  /** Called for each exchange, right after `beforeStart`. */
  begin(recording: Recording): void {
    const running = this.#running;
    if (running === undefined) return;
    if (running.recording !== undefined) return void running.others++;
    running.recording = recording;
    running.others = recording.cost.others;
    running.origin = Number(process.hrtime.bigint() / 1000n);
  }

  /** Called when an exchange has ended. */
  finish(recording: Recording): void {
    if (this.#running?.recording === recording) this.#stop(false);
  }

  /** The profile of a request, if it was profiled. */
  profileOf(recording: Recording): RecordedProfile | undefined {
    return this.#profiles.get(recording);
  }

  /** The file of a profile, as JSON. Undefined if it is not stored any more. */
  file(id: string): string | undefined {
    return this.#files.get(id);
  }

  /** Stops what runs, and forgets what was asked for. */
  close(): void {
    this.#armed = undefined;
    this.#stop(true);
  }

  #stop(isCut: boolean): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    clearTimeout(running.timer);
    const profile = running.v8.stop();
    const { recording, origin, others } = running;
    if (profile === undefined || recording === undefined) return;
    const total = recording.elapsed();
    const redacted = redactedProfile(profile, recording);
    const { rows, hot, busy } = readProfile(redacted, {
      from: startOn(profile, origin),
      total,
      placeOf: (url, line) => this.#placeOf(url, line),
    });
    const hasFile = this.#keep(recording.id, JSON.stringify(redacted));
    this.#profiles.set(recording, { rows, hot, total, busy, others, isCut, hasFile });
  }

  #keep(id: string, json: string): boolean {
    if (json.length > LARGEST_FILE) return false;
    this.#files.set(id, json);
    const [eldest] = this.#files.keys();
    if (this.#files.size > MOST_FILES && eldest !== undefined) this.#files.delete(eldest);
    return true;
  }

  #placeOf(url: string, line: number): string {
    if (!url.startsWith("file:")) return "";
    try {
      const file = fileURLToPath(url.replace(/\?.*$/, ""));
      const inside = relative(this.#directory, file);
      return `${inside.startsWith("..") ? file : inside.replaceAll(sep, "/")}:${line}`;
    } catch {
      return "";
    }
  }
}

/**
 * Names of functions and addresses of modules may hold anything: an address may even be the whole
 * code.
 */
function redactedProfile(profile: CpuProfile, recording: Recording): CpuProfile {
  const known = new Map<string, string>();
  const redacted = (text: string): string => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = recording.redactText(text.startsWith("data:") ? "data:" : text);
    known.set(text, result);
    return result;
  };
  return {
    ...profile,
    nodes: profile.nodes.map((node) => ({
      ...node,
      callFrame: {
        ...node.callFrame,
        functionName: redacted(node.callFrame.functionName),
        url: redacted(node.callFrame.url),
      },
    })),
  };
}

/**
 * The clock of the profile is the one of `hrtime` on Linux. Where it is not, its beginning counts.
 */
function startOn({ startTime, endTime }: CpuProfile, origin: number): number {
  return origin >= startTime && origin <= endTime ? origin : startTime;
}
