import { jsString, jsText } from "./js-text.ts";
import { Placeholders } from "./placeholders.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { sentHeaders } from "./sent-headers.ts";
import { formBody, jsonBody, target } from "./target.ts";

/** A browser sets these itself and lets no script change them. */
const OF_THE_BROWSER = /^(?:sec-|proxy-|origin$|referer$|user-agent$|date$|dnt$|via$)/i;

/**
 * The request as a call of fetch, for the console of a browser on a page of the same server.
 * Cookies are the browser's own.
 */
export function asFetch(request: RecordedRequest): string {
  const placeholders = new Placeholders();
  const { method, origin, headers, form, json, hasUnknownBody } = request;
  const isForm = form !== undefined;
  const entries = sentHeaders(headers, (name) => OF_THE_BROWSER.test(name) || (isForm && /^content-type$/i.test(name)));
  const address = jsText([{ text: origin }, ...target(request, placeholders)]);
  const lines = [
    ...(method === "GET" ? [] : [`method: ${jsString(method)},`]),
    ...(entries.length === 0
      ? []
      : [
          "headers: {",
          ...entries.map(
            ([name, value]) => `  ${jsString(name)}: ${jsText(placeholders.pieces("header", name, value))},`,
          ),
          "},",
        ]),
    ...(isForm ? [`body: new URLSearchParams(${jsText(formBody(form, placeholders))}),`] : []),
    ...(json === undefined || isForm ? [] : [`body: ${jsText(jsonBody(json, placeholders))},`]),
    'credentials: "include",',
  ];
  return [
    ...(placeholders.names.length === 0
      ? []
      : [
          "// The debug toolbar does not record these values. Fill them in.",
          ...placeholders.names.map((name) => `const ${name} = "";`),
        ]),
    ...(hasUnknownBody
      ? ["// The body of the request was not recorded, or not all of it. Complete it as `body`."]
      : []),
    `await fetch(${address}, {`,
    ...lines.map((line) => `  ${line}`),
    "});",
  ].join("\n");
}
