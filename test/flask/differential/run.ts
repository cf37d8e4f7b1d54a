import { CookieJar } from "../../support/cookies.ts";
import { factsOf } from "./answer-facts.ts";
import type { Configuration, Exchange } from "./configuration.ts";
import { generatedConfiguration } from "./generated/configuration.ts";
import type { FlaskSide } from "./flask-side.ts";
import { sendRaw, toBytes, type Answer } from "./raw-client.ts";

/** One thing that is not alike. */
export interface Difference {
  /** `status`, `body`, the name of a header, or `cookie NAME` with an attribute. */
  readonly field: string;
  /** What Flask answered; undefined if its answer does not have it. */
  readonly flask: string | undefined;
  readonly ours: string | undefined;
  readonly outcome: Outcome;
}

/** A request, and both answers. */
export interface Outcome {
  readonly configuration: string;
  readonly request: string;
  /** The content of the session that came with the request, as JSON. */
  readonly session: string | undefined;
  /** Whether the request has a session cookie, even one that cannot be used. */
  readonly hasCookie: boolean;
  /** Whether Flask sends a permanent session with each answer. */
  readonly refreshes: boolean;
  readonly flask: ReadonlyMap<string, string>;
  readonly ours: ReadonlyMap<string, string>;
  readonly differences: readonly Difference[];
}

/**
 * Seconds between two requests of a visit. Nobody waits for them: the cookies are signed as if they
 * were so old, because within one second a session need not be extended.
 */
const AGE = 60;

/** Sends the requests of a configuration to both sides. */
export async function runConfiguration(name: string, flask: FlaskSide): Promise<readonly Outcome[]> {
  const { configuration } = (await import(`./configurations/${name}.ts`)) as { configuration: Configuration };
  return await runRequests(name, configuration, await flask.start(name), flask);
}

/** The same for an application of random pieces. */
export async function runGenerated(seed: number, requests: number, flask: FlaskSide): Promise<readonly Outcome[]> {
  const name = `generated-${seed}`;
  const { configuration, spec } = generatedConfiguration(seed, requests);
  return await runRequests(name, configuration, await flask.start(name, spec), flask);
}

async function runRequests(
  name: string,
  configuration: Configuration,
  theirs: number,
  flask: FlaskSide,
): Promise<readonly Outcome[]> {
  const start = async (): Promise<{ url: string; close(): Promise<void> }> =>
    await (await configuration.create()).run({ host: "127.0.0.1", port: 0 });
  // A configuration that does not start here has a difference for each of its requests.
  const started = await start().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const outcomes: Outcome[] = [];
  for (const entry of configuration.requests) {
    const jar = new CookieJar();
    const tags = { flask: '"none"', ours: '"none"' };
    for (const step of typeof entry === "string" || "request" in entry ? [entry] : entry) {
      const exchange = typeof step === "string" ? { request: step } : step;
      const cookies = await cookieHeader(exchange, jar, flask);
      const bytes = (tag: string): Buffer =>
        toBytes(exchange.request.replaceAll("{etag}", tag), exchange.body, cookies);
      const their = await sendRaw(theirs, bytes(tags.flask));
      const our =
        started instanceof Error ? started : await sendRaw(portOf(started.url), bytes(tags.ours)).catch(toError);
      jar.take(setCookies(their));
      tags.flask = etagOf(their) ?? tags.flask;
      if (!(our instanceof Error)) tags.ours = etagOf(our) ?? tags.ours;
      const session = await contentOf(cookies, flask);
      const { request } = exchange;
      const hasCookie = /\b\w*session=/.test(`${request} ${cookies.join("; ")}`);
      const { refreshes = true } = configuration;
      outcomes.push(await compare({ configuration: name, request, session, hasCookie, refreshes }, their, our, flask));
    }
  }
  if (!(started instanceof Error)) await started.close();
  await flask.stop(name);
  return outcomes;
}

async function cookieHeader(exchange: Exchange, jar: CookieJar, flask: FlaskSide): Promise<string[]> {
  if (exchange.session !== undefined)
    return [`Cookie: session=${await flask.sign(exchange.session, exchange.age ?? AGE, exchange.signedWith)}`];
  if (jar.header === undefined) return [];
  const pairs = jar.header.split("; ").map(async (pair) => {
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    return name.includes("session") ? `${name}=${await flask.aged(value, AGE)}` : pair;
  });
  return [`Cookie: ${(await Promise.all(pairs)).join("; ")}`];
}

/** The content of the session in a Cookie header, if it is signed by a key of ours. */
async function contentOf(cookies: readonly string[], side: FlaskSide): Promise<string | undefined> {
  const value = /\b\w*session=([^;]*)/.exec(cookies[0] ?? "")?.[1];
  return value === undefined ? undefined : await side.open(value);
}

async function compare(
  asked: Pick<Outcome, "configuration" | "request" | "session" | "hasCookie" | "refreshes">,
  their: Answer,
  our: Answer | Error,
  side: FlaskSide,
): Promise<Outcome> {
  const open = async (name: string, value: string): Promise<string | undefined> =>
    name.includes("session") ? await side.open(value) : undefined;
  const flask = await factsOf(their, open);
  const ours = our instanceof Error ? new Map([["status", our.message]]) : await factsOf(our, open);
  const differences: Difference[] = [];
  const outcome: Outcome = { ...asked, flask, ours, differences };
  for (const field of new Set([...flask.keys(), ...ours.keys()])) {
    // Bodies that are not alike have no reason to be of the same length. HEAD does not show them,
    // and Flask's server does not measure a stream.
    const isFollowing =
      field === "content-length" &&
      (asked.request.startsWith("HEAD ") || !flask.has(field) || flask.get("body") !== ours.get("body"));
    if (!isFollowing && flask.get(field) !== ours.get(field))
      differences.push({ field, flask: flask.get(field), ours: ours.get(field), outcome });
  }
  return outcome;
}

function setCookies({ headers }: Answer): string[] {
  return headers.filter(([name]) => name === "set-cookie").map(([, value]) => value);
}

function etagOf({ headers }: Answer): string | undefined {
  return headers.find(([name]) => name === "etag")?.[1];
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
