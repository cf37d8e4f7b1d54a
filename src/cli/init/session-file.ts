import type { WiredFramework } from "./frameworks.ts";

/** How the file is written. */
export interface SessionFileStyle {
  readonly isTypeScript: boolean;
  /** `import` and `export`, or `require` and `module.exports`. */
  readonly isEsm: boolean;
  readonly hasToolbar: boolean;
  readonly newline: "\n" | "\r\n";
  readonly indent: string;
}

/** By this a later run knows its own file. */
export const MADE_BY = "Made by `npx latchkey init`";

/** One import: its names, the types among them, and the module. */
type Import = readonly [names: readonly string[], types: readonly string[], module: string];

/**
 * The text of the file that `latchkey init` makes: the keys, the session manager, and the
 * framework's middleware, which the application mounts.
 */
export function sessionFile(framework: WiredFramework, style: SessionFileStyle): string {
  const body = framework === "node" ? nodeBody(style) : mountedBody(style);
  const names = namesOf(framework, style.hasToolbar);
  const text = [
    `// The session of each request${style.hasToolbar ? ", and the debug toolbar" : ""}. ${MADE_BY}, and yours to change.`,
    `// Its page: node_modules/latchkey/docs/${framework}.md`,
    ...importsOf(framework, style).map((one) => importLine(one, style)),
    "",
    "// In development SECRET_KEY is in .env. Production needs a key of its own.",
    "const keys = loadKeyRing({ env: process.env });",
    "",
    ...(style.isTypeScript
      ? [
          "/** What a session holds, beside the user. */",
          "export interface SessionData {",
          "  visits: number;",
          "}",
          "",
        ]
      : []),
    ...body.map((line) => (style.isEsm ? line : line.replace(/^export /, ""))),
    ...(style.isEsm ? [] : ["", `module.exports = { ${names.join(", ")} };`]),
    "",
  ];
  return text
    .map((line) => line.replace(/^(?: {2})+/, (spaces) => style.indent.repeat(spaces.length / 2)))
    .join(style.newline);
}

/** What the file exports for the application's entry. */
export function namesOf(framework: WiredFramework, hasToolbar: boolean): readonly string[] {
  if (framework === "node") return ["manager", "withSession"];
  return ["manager", "sessions", ...(hasToolbar ? ["toolbar"] : [])];
}

/** An import as one line. */
export function importLine([names, types, module]: Import, { isTypeScript, isEsm }: SessionFileStyle): string {
  if (!isEsm) return `const { ${names.join(", ")} } = require("${module}");`;
  const written = isTypeScript ? [...names, ...types.map((type) => `type ${type}`)] : names;
  if (isTypeScript && names.length === 0) return `import type { ${types.join(", ")} } from "${module}";`;
  return `import { ${written.join(", ")} } from "${module}";`;
}

function importsOf(framework: WiredFramework, { isTypeScript, hasToolbar }: SessionFileStyle): readonly Import[] {
  const isNode = framework === "node";
  const imports: readonly Import[] = [
    [[], isNode ? ["IncomingMessage", "ServerResponse"] : [], "node:http"],
    [["SessionManager"], [], "latchkey"],
    [["loadKeyRing"], [], "latchkey/keys"],
    [[...(hasToolbar ? ["debugToolbar"] : []), "session"], isNode ? ["SessionRequest"] : [], `latchkey/${framework}`],
    [hasToolbar ? ["Toolbar"] : [], [], "latchkey/toolbar"],
  ];
  return imports.filter(([names, types]) => names.length > 0 || (isTypeScript && types.length > 0));
}

function mountedBody({ isTypeScript, hasToolbar }: SessionFileStyle): readonly string[] {
  return [
    managerLine(isTypeScript),
    "",
    "/** Gives each request its session. Mount it before the routes. */",
    "export const sessions = session(manager);",
    ...(hasToolbar
      ? [
          "",
          "/** The debug toolbar. Mount it first. It is off unless NODE_ENV is development. */",
          "export const toolbar = debugToolbar(new Toolbar({ keys }));",
        ]
      : []),
  ];
}

function nodeBody({ isTypeScript, hasToolbar }: SessionFileStyle): readonly string[] {
  const open = isTypeScript
    ? "openSession(request, response, () => handler(request as SessionRequest<SessionData>, response));"
    : "openSession(request, response, () => handler(request, response));";
  return [
    managerLine(isTypeScript),
    "const openSession = session(manager);",
    ...(hasToolbar
      ? ["// It is off unless NODE_ENV is development.", "const showToolbar = debugToolbar(new Toolbar({ keys }));"]
      : []),
    "",
    "/** A handler for createServer that has the session as `request.session`. */",
    ...(isTypeScript
      ? [
          "export function withSession(handler: (request: SessionRequest<SessionData>, response: ServerResponse) => void) {",
          "  return (request: IncomingMessage, response: ServerResponse): void => {",
        ]
      : ["export function withSession(handler) {", "  return (request, response) => {"]),
    ...(hasToolbar ? ["    showToolbar(request, response, () => {", `      ${open}`, "    });"] : [`    ${open}`]),
    "  };",
    "}",
  ];
}

function managerLine(isTypeScript: boolean): string {
  return `export const manager = new SessionManager${isTypeScript ? "<SessionData>" : ""}({ keys });`;
}
