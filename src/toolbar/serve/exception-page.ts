import { STATUS_CODES } from "node:http";
import { counted, formatInteger } from "../format.ts";
import type { ErrorFrame, RecordedError } from "../recorded-error.ts";
import type { HeaderEntry, Recording } from "../recording.ts";
import { escaped, type Html } from "./escaped.ts";

/** The data of an exception's page. All texts in it are redacted. */
export interface ExceptionFacts extends Pick<
  Recording,
  "method" | "path" | "query" | "route" | "requestHeaders" | "requestCookies"
> {
  readonly status: number;
  /**
   * In the order in which they were thrown. The last one is what the application did not answer.
   */
  readonly errors: readonly RecordedError[];
}

/** Addresses for an exception's page. */
export interface ExceptionLinks {
  readonly style: string;
  /** The record of this request on the toolbar's own page. */
  readonly record: string;
  /** The address that opens a place in the editor; undefined for no link. */
  readonly editor: (where: string) => string | undefined;
}

/**
 * The page for an error that the application did not answer. It needs no script, and has neither
 * script nor style in it.
 */
export function exceptionPage(facts: ExceptionFacts, links: ExceptionLinks): string {
  const { method, path, status, errors } = facts;
  const [error, ...earlier] = errors.toReversed();
  if (error === undefined) throw new TypeError("An exception's page needs an error.");
  const title = error.message === "" ? error.name : `${error.name}: ${error.message.split("\n")[0]!.slice(0, 200)}`;
  return escaped`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${links.style}">
</head>
<body>
<header>
<p class="request"><strong class="status">${statusText(status)}</strong> <span class="mono">${method} ${path}</span></p>
<h1>${error.name}</h1>
${messageOf(error)}
</header>
<main>
${framesOf(error, links)}
${chainOf(error, links, 2)}
${earlier.map((each) => escaped`<section class="error"><h2>Thrown before: ${each.name}</h2>${messageOf(each)}${framesOf(each, links)}${chainOf(each, links, 3)}</section>`)}
${requestOf(facts)}
</main>
<footer>
<p><a class="record" href="${links.record}">Everything that this request did</a></p>
<p>Latchkey's debug toolbar shows this page, because nothing in the application answered the error. Only those who may see the toolbar get it. Everyone else, and programs that ask for JSON, get the framework's own answer.</p>
</footer>
</body>
</html>
`.text;
}

function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}

function messageOf({ message, code }: RecordedError): Html {
  return escaped`${message === "" ? undefined : escaped`<p class="message">${message}</p>`}${code === null ? undefined : escaped`<p class="code">code <span class="mono">${code}</span></p>`}`;
}

function framesOf({ frames, stack }: RecordedError, links: ExceptionLinks): Html {
  const own = frames.filter(({ isOwn }) => isOwn);
  const others = frames.filter(({ isOwn }) => !isOwn);
  const [first, ...rest] = own;
  const text =
    stack === ""
      ? undefined
      : escaped`<details><summary>The stack as text</summary><pre tabindex="0">${stack}</pre></details>`;
  return escaped`<div class="frames">
${first === undefined ? undefined : escaped`<div class="frame"><p class="place">${placeOf(first, links)}</p>${sourceOf(first)}</div>`}
${rest.map((frame) =>
  frame.source.length === 0
    ? escaped`<p class="place closed">${placeOf(frame, links)}</p>`
    : escaped`<details><summary>${placeOf(frame)}</summary>${sourceOf(frame)}${openLink(frame, links)}</details>`,
)}
${others.length === 0 ? undefined : escaped`<details><summary>${counted(others.length, "call")} outside of your code</summary><ol class="others">${others.map((frame) => escaped`<li>${placeOf(frame, links)}</li>`)}</ol></details>`}
${text}
</div>`;
}

/** Without links: inside of a summary, a link would have to be hit beside the rest. */
function placeOf({ name, where }: ErrorFrame, links?: ExceptionLinks): Html {
  const address = links?.editor(where);
  const place =
    address === undefined
      ? escaped`<span class="mono">${where}</span>`
      : escaped`<a class="mono" href="${address}">${where}</a>`;
  if (name === "") return place;
  return where === ""
    ? escaped`<span class="mono">${name}</span>`
    : escaped`${place} <span class="name">in <span class="mono">${name}</span></span>`;
}

function openLink({ where }: ErrorFrame, links: ExceptionLinks): Html | undefined {
  const address = links.editor(where);
  return address === undefined ? undefined : escaped`<p class="open"><a href="${address}">Open in the editor</a></p>`;
}

function sourceOf({ source }: ErrorFrame): Html | undefined {
  if (source.length === 0) return undefined;
  return escaped`<pre class="source" tabindex="0">${source.map(
    ({ line, text, isHit }) =>
      escaped`<span class="${isHit ? "line hit" : "line"}"><span class="number">${isHit ? "▸ " : ""}${line}</span><span class="text">${text}</span>
</span>`,
  )}</pre>`;
}

function chainOf(error: RecordedError, links: ExceptionLinks, level: number): Html {
  const { cause, errors } = error;
  return escaped`${cause === null ? undefined : below(cause, "Caused by ", links, level)}${errors.map((each, index) =>
    below(each, `${index + 1} of ${errors.length}: `, links, level),
  )}`;
}

function below(error: RecordedError, relation: string, links: ExceptionLinks, level: number): Html {
  const title = escaped`${relation}<span class="type">${error.name}</span>`;
  const deeper = Math.min(level + 1, 6);
  return escaped`<section class="error">${heading(level, title)}${messageOf(error)}${framesOf(error, links)}${chainOf(error, links, deeper)}</section>`;
}

function heading(level: number, title: Html): Html {
  switch (level) {
    case 2:
      return escaped`<h2>${title}</h2>`;
    case 3:
      return escaped`<h3>${title}</h3>`;
    case 4:
      return escaped`<h4>${title}</h4>`;
    case 5:
      return escaped`<h5>${title}</h5>`;
    default:
      return escaped`<h6>${title}</h6>`;
  }
}

function requestOf({ method, path, route, query, requestHeaders, requestCookies }: ExceptionFacts): Html {
  const rows: HeaderEntry[] = [["Request", `${method} ${path}`]];
  if (route !== undefined) rows.push(["Route", route]);
  rows.push(...query.map(([name, value]): HeaderEntry => [`?${name}`, value]));
  if (requestCookies.length > 0) {
    const list = requestCookies.map(({ name, bytes }) => `${name} (${formatInteger(bytes)} bytes)`);
    rows.push(["Cookies", list.join(", ")]);
  }
  return escaped`<section class="facts"><h2>Request</h2>${pairs(rows)}<details><summary>${counted(requestHeaders.length, "header")}</summary>${pairs(requestHeaders)}</details></section>`;
}

function pairs(rows: readonly HeaderEntry[]): Html {
  return escaped`<dl>${rows.map(([name, value]) => escaped`<div><dt>${name}</dt><dd class="mono">${value}</dd></div>`)}</dl>`;
}
