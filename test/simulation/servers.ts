import { KeyRing } from "../../src/keys/key-ring.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { SecretKey } from "../../src/keys/secret-key.ts";
import type { CookieOptions } from "../../src/sessions/cookie/cookie-options.ts";
import type { RequestFacts } from "../../src/sessions/cookie/cookie.ts";
import { SessionManager } from "../../src/sessions/manager.ts";
import type { Place } from "./browser.ts";
import type { Scope, Setup } from "./commands.ts";
import type { Kind, Time } from "./kinds.ts";
import type { Lifetimes, ServerFacts } from "./reference.ts";

const DAY = 86_400;
export const LIFETIMES: Lifetimes = { lifetime: 30 * DAY, idleTimeout: 14 * DAY };

/** So many rotations a history can have. */
const KEYS = Array.from({ length: 7 }, () => SecretKey.from(generateSecretKey()));
/** Of the second application. */
const OTHER_KEY = KEYS.length;
const ALL_KEYS = [...KEYS, SecretKey.from(generateSecretKey())];
/**
 * By the server's title. A ring grades its keys, so each is made once, and reset for each history.
 */
const rings = new Map<string, { readonly ring: KeyRing; isFresh: boolean }>();
/** Announce, promote, retire. */
const STEPS = 3;
const LAST_PHASE = STEPS * (KEYS.length - 1);

/** One process that answers requests: of this application, or of another on the same host. */
export class Server implements ServerFacts {
  readonly title: string;
  readonly application: string;
  /** Of the key rotation. */
  phase = 0;
  /** Which release runs: 0 or 1. */
  release = 0;
  readonly #ring: KeyRing;
  readonly #managers: (SessionManager | undefined)[] = [];
  readonly #setup: Setup;
  readonly #kind: Kind;
  readonly #time: Time;

  constructor(title: string, application: string, setup: Setup, kind: Kind, time: Time) {
    this.title = title;
    this.application = application;
    this.#setup = setup;
    this.#kind = kind;
    this.#time = time;
    const { current } = this.#numbers();
    const known = rings.get(title) ?? {
      ring: new KeyRing(ALL_KEYS[current]!, [], { mode: "production" }),
      isFresh: true,
    };
    rings.set(title, known);
    if (!known.isFresh) known.ring.replace(ALL_KEYS[current]!);
    known.isFresh = true;
    this.#ring = known.ring;
  }

  get manager(): SessionManager {
    return (this.#managers[this.release] ??= new SessionManager({
      keys: this.#ring,
      clock: this.#time.clock,
      ...LIFETIMES,
      ...this.#kind.options(),
      cookie: this.#cookie(),
    }));
  }

  get scope(): Scope {
    return this.#setup.scopes[this.release]!;
  }

  /**
   * The scope that the other release writes; undefined where it is the same, or this release does
   * not know of it.
   */
  get formerly(): Place | undefined {
    const [former, scope] = this.#setup.scopes;
    return this.release === 1 && this.#setup.formerly && former !== scope ? this.#placeOf(former) : undefined;
  }

  /** Where this release writes its cookie. */
  get place(): Place {
    return this.#placeOf(this.scope);
  }

  get keys(): ReadonlySet<number> {
    const { current, fallbacks } = this.#numbers();
    return new Set([current, ...fallbacks]);
  }

  get currentKey(): number {
    return this.#numbers().current;
  }

  /** The next step of the key rotation, if the other process is not behind. */
  rotate(other: Server): boolean {
    if (this.phase > other.phase || this.phase >= LAST_PHASE) return false;
    this.phase++;
    rings.get(this.title)!.isFresh = false;
    const { current, fallbacks } = this.#numbers();
    this.#ring.replace(
      ALL_KEYS[current]!,
      fallbacks.map((number) => ALL_KEYS[number]!),
    );
    return true;
  }

  facts(path: string): RequestFacts {
    return { secure: true, host: "app.example.com", path, peer: "203.0.113.7", httpVersion: "1.1", headers: {} };
  }

  #numbers(): { readonly current: number; readonly fallbacks: readonly number[] } {
    if (this.application !== "main") return { current: OTHER_KEY, fallbacks: [] };
    const first = Math.floor(this.phase / STEPS);
    const step = this.phase % STEPS;
    if (step === 0) return { current: first, fallbacks: [] };
    return step === 1 ? { current: first, fallbacks: [first + 1] } : { current: first + 1, fallbacks: [first] };
  }

  #placeOf({ name, domain, path = "/", partitioned = false }: Scope): Place {
    return {
      name: name ?? (this.#kind.name === "flask" ? "session" : "__Host-Http-session"),
      domain,
      path,
      partitioned,
    };
  }

  #cookie(): CookieOptions {
    const { name, partitioned } = this.scope;
    const [former] = this.#setup.scopes;
    const formerly = this.formerly === undefined ? {} : { formerly: [withoutName(former)] };
    return {
      ...withoutName(this.scope),
      ...(name === undefined ? {} : { name }),
      ...(partitioned === true ? { sameSite: "None" } : {}),
      ...formerly,
    } as CookieOptions;
  }
}

function withoutName({ name: _name, ...scope }: Scope): Omit<Scope, "name"> {
  return scope;
}
