import { Placeholders, type Piece } from "./placeholders.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { sentHeaders } from "./sent-headers.ts";
import { shellWord } from "./shell-word.ts";
import { formBody, jsonBody, target } from "./target.ts";

/**
 * The request as a command of curl for bash. Values that were redacted are variables; the command
 * does not run before they are set.
 */
export function asCurl(request: RecordedRequest): string {
  const placeholders = new Placeholders();
  const { method, origin, path, headers, cookies, form, json, hasUnknownBody } = request;
  // Otherwise curl reads [ ] { } in an address as ranges, and removes "/../" from it.
  const options: string[] = ["--globoff --path-as-is"];
  if (method === "HEAD") options.push("--head");
  else if (method !== "GET") options.push(`--request ${shellWord([{ text: method }])}`);
  // "OPTIONS *" and the form of requests to a proxy.
  if (!path.startsWith("/")) options.push(`--request-target ${shellWord([{ text: path }])}`);
  const address: readonly Piece[] = [{ text: origin }, ...target(request, placeholders)];
  for (const [name, value] of sentHeaders(headers, (each) => form !== undefined && /^content-type$/i.test(each))) {
    const pieces = placeholders.pieces("header", name, value);
    // Without a value, curl would remove a header of this name.
    const line: readonly Piece[] = value === "" ? [{ text: `${name};` }] : [{ text: `${name}: ` }, ...pieces];
    options.push(`--header ${shellWord(line, "latin1")}`);
  }
  if (cookies.length > 0) {
    const pairs = cookies.flatMap((name, index): Piece[] => [
      { text: `${index === 0 ? "cookie: " : "; "}${name}=` },
      placeholders.of("cookie", name),
    ]);
    options.push(`--header ${shellWord(pairs, "latin1")}`);
  }
  if (form !== undefined) options.push(`--data-raw ${shellWord(formBody(form, placeholders))}`);
  else if (json !== undefined) options.push(`--data-raw ${shellWord(jsonBody(json, placeholders))}`);
  const lines = [
    ...(placeholders.names.length === 0
      ? []
      : [
          "# The debug toolbar does not record these values. Fill them in, and remove the # before each.",
          ...placeholders.names.map((name) => `# ${name}=''`),
        ]),
    ...(hasUnknownBody
      ? ["# The body of the request was not recorded, or not all of it. Complete it with --data-raw."]
      : []),
  ];
  return [...lines, ["curl", ...options, shellWord(address)].join(" \\\n  ").replace("curl \\\n  ", "curl ")].join(
    "\n",
  );
}
