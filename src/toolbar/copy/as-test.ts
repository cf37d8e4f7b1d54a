import { jsString, jsText } from "./js-text.ts";
import { Placeholders } from "./placeholders.ts";
import type { RecordedRequest, RecordedSession } from "./recorded-request.ts";
import { sentHeaders } from "./sent-headers.ts";
import { formBody, jsonBody, target } from "./target.ts";

/** Node's fetch sets the mode itself. The others say nothing that a server decides by. */
const OF_NO_USE = /^(?:sec-fetch-mode|sec-fetch-user|sec-ch-|dnt$|if-none-match$|if-modified-since$)/i;

/**
 * The request as a test for vitest: it forges the session that the visitor had, makes the request
 * and expects the status of the answer.
 *
 * The test imports "./server.ts", which the user writes once, and which starts the application.
 */
export function asTest(request: RecordedRequest): string {
  const placeholders = new Placeholders();
  const { method, path, headers, form, json, status, session } = request;
  const isForm = form !== undefined;
  const isForged = session?.verdict === "valid" && hasContent(session);
  // A conditional request is answered by what the client has; this client has nothing.
  const isConditional = status === 304;
  const entries = sentHeaders(
    headers,
    (name) =>
      (OF_NO_USE.test(name) && !(isConditional && /^if-/i.test(name))) || (isForm && /^content-type$/i.test(name)),
  );
  const cookies = cookieLine(request, placeholders);
  const address = jsText([{ text: "" }, ...target(request, placeholders)]);
  const body = isForm
    ? `new URLSearchParams(${jsText(formBody(form, placeholders))})`
    : json === undefined
      ? undefined
      : jsText(jsonBody(json, placeholders));
  const headerLines = [
    ...entries.map(([name, value]) => `      ${jsString(name)}: ${headerText(request, name, value, placeholders)},`),
    ...(cookies === undefined ? [] : [`      cookie: ${cookies},`]),
  ];
  const forged = isForged ? forgedSession(session, placeholders) : [];
  const expected = status ?? 200;
  return [
    ...(placeholders.names.length === 0 ? [] : ['import { env } from "node:process";']),
    'import { expect, test } from "vitest";',
    ...(isForged ? ['import { forgeSession } from "latchkey/testing";'] : []),
    `// Yours: starts the application, and exports its address${isForged ? " and its SessionManager" : ""}.`,
    `import { ${isForged ? "manager, " : ""}origin } from "./server.ts";`,
    ...(placeholders.names.length === 0
      ? []
      : [
          "",
          "// The debug toolbar does not record these values, because they are secret. Fill them in.",
          ...placeholders.names.map((name) => `const ${name} = env[${jsString(name)}] ?? "";`),
        ]),
    "",
    `test(${jsString(`${method} ${path} answers ${expected}`)}, async () => {`,
    ...forged,
    ...(request.hasUnknownBody
      ? ["  // The body of the request was not recorded, or not all of it. Complete it as `body`."]
      : []),
    ...(session?.verdict === "rejected" ? [rejectionComment(session)] : []),
    `  const response = await fetch(origin + ${address}, {`,
    ...(method === "GET" ? [] : [`    method: ${jsString(method)},`]),
    ...(headerLines.length === 0 ? [] : ["    headers: {", ...headerLines, "    },"]),
    ...(body === undefined ? [] : [`    body: ${body},`]),
    '    redirect: "manual",',
    "  });",
    `  expect(response.status).toBe(${expected});`,
    "});",
    "",
  ].join("\n");
}

/** Origin and Referer name the server. It may listen elsewhere when the test runs. */
function headerText({ origin }: RecordedRequest, name: string, value: string, placeholders: Placeholders): string {
  const isOwn = /^(?:origin|referer)$/i.test(name) && (value === origin || value.startsWith(`${origin}/`));
  const rest = isOwn ? value.slice(origin.length) : value;
  const text = jsText(placeholders.pieces("header", name, rest));
  return isOwn ? (rest === "" ? "origin" : `origin + ${text}`) : text;
}

function hasContent({ subject, data }: RecordedSession): boolean {
  return subject !== undefined || Object.keys(data).length > 0;
}

/** The call of forgeSession, and what it needs to be known about it. */
function forgedSession({ subject, data }: RecordedSession, placeholders: Placeholders): string[] {
  return [
    ...(subject === undefined ? [] : [`  // The user ${jsString(subject)} has to exist.`]),
    "  const session = await forgeSession(manager, {",
    "    url: origin,",
    ...(subject === undefined ? [] : [`    subject: ${jsText(placeholders.pieces("session", "subject", subject))},`]),
    ...(Object.keys(data).length === 0 ? [] : [`    data: ${dataText(data, "session", placeholders, "    ")},`]),
    "  });",
  ];
}

function rejectionComment({ reason }: RecordedSession): string {
  return reason === "cross_origin"
    ? "  // The page of another origin sent this request, so it has no session."
    : `  // The visitor's cookie was rejected (${reason ?? "no reason"}), and so is this one.`;
}

/** The Cookie header: the forged session, and the names of the others. */
function cookieLine({ cookies, session }: RecordedRequest, placeholders: Placeholders): string | undefined {
  const own = session?.cookieName;
  const others = cookies.filter((name) => name !== own);
  const parts: string[] = [];
  if (session?.verdict === "valid" && hasContent(session)) parts.push("session.header");
  if (session?.verdict === "rejected" && session.reason !== "cross_origin")
    parts.push(jsString(`${session.cookieName}=rejected`));
  for (const name of others) parts.push(jsText([{ text: `${name}=` }, placeholders.of("cookie", name)]));
  return parts.length === 0 ? undefined : parts.join(' + "; " + ');
}

/** Plain JSON as an expression. Hidden texts in it become placeholders. */
function dataText(value: unknown, name: string, placeholders: Placeholders, indent: string): string {
  if (typeof value === "string") return jsText(placeholders.pieces("session", name, value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${value.map((item: unknown) => dataText(item, name, placeholders, indent)).join(", ")}]`;
  }
  const lines = Object.entries(value).map(
    ([key, item]) =>
      `${inner}${key === "__proto__" ? '["__proto__"]' : jsString(key)}: ${dataText(item, key, placeholders, inner)},`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}
