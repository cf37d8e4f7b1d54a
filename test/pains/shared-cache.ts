import { request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";

interface Stored {
  /** The request's headers that the answer was chosen by. */
  readonly chosenBy: Readonly<Record<string, string | undefined>>;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * A cache that visitors share, as a CDN is one: it keeps what RFC 9111 lets a shared cache keep,
 * and no more. It has no clock: what may be stored for some time is stored until the test ends.
 */
export class SharedCache {
  readonly listener: RequestListener = (request, response) => {
    const answer = async (): Promise<void> => {
      const known = this.#find(request);
      const { status, headers, body } = known === undefined ? await this.#forward(request) : { status: 200, ...known };
      response.writeHead(status, [...headers]).end(body);
    };
    answer().catch(() => response.destroy());
  };
  readonly #origin: string;
  readonly #stored = new Map<string, Stored[]>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  #find({ url = "", headers }: IncomingMessage): Stored | undefined {
    return this.#stored
      .get(url)
      ?.find(({ chosenBy }) => Object.entries(chosenBy).every(([name, value]) => headers[name] === value));
  }

  async #forward(request: IncomingMessage) {
    const outgoing = httpRequest(this.#origin + request.url, { headers: request.headers, agent: false }).end();
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    const [status, headers, body] = [incoming.statusCode ?? 0, incoming.rawHeaders, await buffer(incoming)];
    this.#keep(request, incoming, body);
    return { status, headers, body };
  }

  #keep(request: IncomingMessage, { statusCode, headers, rawHeaders }: IncomingMessage, body: Buffer): void {
    const control = headers["cache-control"] ?? "";
    const vary = (headers.vary ?? "")
      .toLowerCase()
      .split(/\s*,\s*/)
      .filter((name) => name !== "");
    if (statusCode !== 200 || !/\bmax-age=[1-9]/.test(control) || vary.includes("*")) return;
    if (/\b(?:no-store|private)\b|\bno-cache\b(?!=)/.test(control)) return;
    // A field that no-cache names may be left out, and the rest stored (RFC 9111, section 5.2.2.4).
    const [, unkept = ""] = /\bno-cache="([^"]*)"/.exec(control) ?? [];
    const names = unkept.toLowerCase().split(/\s*,\s*/);
    const pairs = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1]!]] : []));
    const chosenBy = Object.fromEntries(vary.map((name) => [name, request.headers[name] as string | undefined]));
    const kept = { chosenBy, headers: pairs.filter(([name]) => !names.includes(name!.toLowerCase())).flat(), body };
    this.#stored.set(request.url!, [...(this.#stored.get(request.url!) ?? []), kept]);
  }
}
