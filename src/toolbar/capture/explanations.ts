import type { Explanation } from "../explanation.ts";
import { formatThrown } from "../format.ts";

/** The statements of one exchange that a database can be asked about. */
export interface Explainable {
  /** By the id of the span. */
  readonly explainers: ReadonlyMap<number, () => Promise<unknown>>;
  readonly redactText: (text: string) => string;
}

/** The most exchanges with statements that can be explained. */
const MOST_EXCHANGES = 100;
/** The most questions at once: each may take a connection of the application's pool. */
const MOST_AT_ONCE = 2;
/** Milliseconds. */
const TIME_LIMIT = 5_000;
/** The most that is shown of a plan: values, and levels of depth. */
const MOST_VALUES = 5_000;
const DEEPEST = 60;

/**
 * Asks databases for the plans of recorded statements: two at once, for at most five seconds. An
 * error of the database becomes a sentence.
 */
export class Explanations {
  readonly #stored = new Map<string, Explainable>();
  readonly #timeLimit: number;
  #running = 0;

  /** @param timeLimit milliseconds, for tests. */
  constructor(timeLimit: number = TIME_LIMIT) {
    this.#timeLimit = timeLimit;
  }

  /** Stores what is needed to explain an exchange's statements. The oldest one is dropped. */
  add(id: string, explainable: Explainable): void {
    if (explainable.explainers.size === 0) return;
    this.#stored.set(id, explainable);
    const [oldest] = this.#stored.keys();
    if (this.#stored.size > MOST_EXCHANGES && oldest !== undefined) this.#stored.delete(oldest);
  }

  get(id: string): Explainable | undefined {
    return this.#stored.get(id);
  }

  /** Asks for a plan. Never rejects. */
  async explain(explainable: Explainable | undefined, span: number): Promise<Omit<Explanation, "blocks">> {
    const explainer = explainable?.explainers.get(span);
    const none = (problem: string, durationMs = 0) => ({ span, plan: null, problem, durationMs });
    if (explainable === undefined || explainer === undefined)
      return none(
        "This statement cannot be explained. Only statements that read can, the first 100 of a request, and only while this process remembers the request.",
      );
    if (this.#running >= MOST_AT_ONCE)
      return none(`The database has not answered ${MOST_AT_ONCE} earlier questions yet. Try again later.`);
    const started = performance.now();
    this.#running++;
    // A question that takes too long goes on, so it counts until the database has answered it.
    const answer = settled(explainer).finally(() => this.#running--);
    const { plan, error } = (await withinTime(answer, this.#timeLimit)) ?? { error: undefined, plan: undefined };
    const durationMs = Math.round((performance.now() - started) * 100) / 100;
    if (error !== undefined) return none(`The database refused: ${explainable.redactText(error)}`, durationMs);
    if (plan === undefined) return none(`The database did not answer within ${this.#timeLimit} ms.`, durationMs);
    try {
      return { span, plan: copyPlan(plan, explainable.redactText), problem: null, durationMs };
    } catch {
      return none("The database's answer could not be read.", durationMs);
    }
  }
}

interface Answer {
  readonly plan?: unknown;
  readonly error?: string | undefined;
}

async function settled(explainer: () => Promise<unknown>): Promise<Answer> {
  try {
    return { plan: (await explainer()) ?? null };
  } catch (error) {
    return { error: formatThrown(error) ?? "it gave no reason." };
  }
}

async function withinTime(answer: Promise<Answer>, timeLimit: number): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, timeLimit, undefined)));
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A plan as plain JSON without secrets. What has a name such as `key` is not hidden: so MySQL calls
 * the index that it uses.
 */
function copyPlan(answer: unknown, redactText: (text: string) => string): unknown {
  // Some drivers answer with the rows, others with an object that has them.
  const rows = typeof answer === "object" && answer !== null && "rows" in answer ? answer.rows : undefined;
  const plan = Array.isArray(rows) ? rows : answer;
  let left = MOST_VALUES;
  const copy = (value: unknown, depth: number): unknown => {
    if (left-- <= 0 || depth > DEEPEST) return "…";
    if (value === null || value === undefined || typeof value === "boolean") return value ?? null;
    if (typeof value === "string") return redactText(value);
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value === "bigint") return String(value);
    if (Array.isArray(value)) return value.slice(0, Math.max(1, left)).map((item) => copy(item, depth + 1));
    if (typeof value !== "object") return `[${typeof value}]`;
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, Math.max(1, left))
        .map(([name, item]) => [redactText(name), copy(item, depth + 1)]),
    );
  };
  return copy(plan, 0);
}
