import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { ExchangeList } from "../exchange-page.ts";
import type { ExchangeRecord } from "../exchange-record.ts";
import type { Access } from "./access-file.ts";
import type { RecordReader } from "./history-reader.ts";
import { isPanels, readSummary } from "./read-summary.ts";

/** Milliseconds to wait for a server. */
const TIMEOUT = 5_000;
/** An answer is not longer than this, in bytes. */
const LONGEST = 100_000_000;

/** A running toolbar that does not answer. The message says how to fix it. */
export class AccessError extends Error {
  override readonly name = "AccessError";
}

/** Reads the records of a running toolbar, through its own pages. */
export function openAccessReader(access: Access): RecordReader {
  return {
    list: async () => {
      const answer = (await get(access, "exchanges")) as Partial<ExchangeList> | undefined;
      const lines: unknown = answer?.exchanges;
      if (!Array.isArray(lines))
        throw new AccessError(
          `The toolbar at ${access.address} does not show its records: the token is too old, or the option authorize refuses. Fix: make a request to the server, which renews the token.`,
        );
      return lines.flatMap((line: unknown) => readSummary(textOf(line)) ?? []);
    },
    record: async (id) => {
      const answer = (await get(access, `exchanges/${id}`, { format: "record" })) as
        | Partial<ExchangeRecord>
        | undefined;
      const isWhole =
        answer?.version === 1 && readSummary(textOf(answer.summary)) !== undefined && isPanels(textOf(answer.panels));
      return isWhole ? (answer as ExchangeRecord) : undefined;
    },
    close: () => undefined,
  };
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

/** The JSON of one of the toolbar's addresses. Undefined if it has none there. */
async function get({ address, token }: Access, path: string, more: Readonly<Record<string, string>> = {}) {
  const url = new URL(`${address}/${path}`);
  url.search = new URLSearchParams({ ...more, token }).toString();
  const [status, text] = await fetched(url);
  if (status !== 200) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** fetch() would refuse the certificate that a developer has made for this machine. */
async function fetched(url: URL): Promise<readonly [status: number, text: string]> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    const fail = (reason: string): void =>
      reject(
        new AccessError(
          `The server at ${url.origin} does not answer (${reason}). Fix: start it again with NODE_ENV=development, and repeat the request that you want to see.`,
        ),
      );
    const sent = request(url, { rejectUnauthorized: false, timeout: TIMEOUT, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST) sent.destroy(new Error("its answer is too long"));
      });
      response.on("end", () => resolve([response.statusCode ?? 0, Buffer.concat(chunks).toString("utf8")]));
      response.on("error", (error) => fail(error.message));
    });
    sent.on("timeout", () => sent.destroy(new Error("after 5 seconds")));
    sent.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    sent.end();
  });
}
