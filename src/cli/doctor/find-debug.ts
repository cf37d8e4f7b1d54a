import { basename } from "node:path";
import type { DoctorFinding } from "./finding.ts";
import { isEnvFile, type ListedFile } from "./list-files.ts";

// Code that turns on a debug mode in every environment.
const DEBUG_IN_SOURCE =
  /\b\w+\.debug\s*=\s*true\b|\bdebug\s*[:=]\s*True\b|\.run\(\s*\{[^}]*\bdebug:\s*true\b|\["DEBUG"\]\s*=\s*true\b/;
const DEBUG_IN_SETTINGS =
  /^\s*(?:export\s+|ENV\s+|ARG\s+|-\s*["']?)?(?:(?:FLASK_)?DEBUG\s*[=:\s]\s*["']?(?:1|true|True|on)\b|(?:NODE_ENV|FLASK_ENV|LATCHKEY_ENV)\s*[=:\s]\s*["']?(?:development|test)\b)/;
/** Calls of this package with options that may set the mode. */
const CALL = /\b(new\s+Toolbar|new\s+KeyRing|loadKeyRing(?:Async)?)\s*\(/g;
const SAYS_DEVELOPMENT = /\bmode["']?\s*:\s*(["'`])(?:development|test)\1/;
const SAYS_PRODUCTION_TOO = /\bproduction["']?\s*:\s*true\b/;
/** The number of characters after the name of a call that may hold its options. */
const LONGEST_CALL = 4_000;
/** A script of package.json that starts a server with a runtime. */
const SERVER_SCRIPT =
  /^\s*"(start|serve|dev|develop|server)(?::[\w-]+)?"\s*:\s*"([^"]*\b(?:node|nodemon|tsx|ts-node|bun|deno)\b[^"]*)"/;

/**
 * Finds lines that could leave debug mode, or the toolbar, on in production, and scripts that start
 * a server without setting the mode.
 */
export function findDebugSwitches(text: string, file: ListedFile): readonly DoctorFinding[] {
  const { path, kind } = file;
  if (/(?:^|\/)(?:tests?|examples?|docs?|bench)\/|\.(?:test|spec)\.\w+$/.test(path)) return [];
  if (basename(path) === "package.json") return [...findingsOfScripts(text, path)];
  if (kind === "settings") return [...findingsOfSettings(text, path)];
  return [...findingsOfCalls(text, path), ...findingsOfSource(text, path)].toSorted((a, b) => a.line - b.line);
}

function* findingsOfCalls(text: string, path: string): Generator<DoctorFinding> {
  const code = withoutComments(text);
  for (const match of code.matchAll(CALL)) {
    const call = argumentsOf(code, match.index + match[0].length);
    const where = { path, line: code.slice(0, match.index).split("\n").length, code: "toolbar_on" } as const;
    const isToolbar = match[1]!.endsWith("Toolbar");
    if (SAYS_DEVELOPMENT.test(call)) {
      yield {
        ...where,
        code: isToolbar ? "toolbar_on" : "debug_on",
        severity: "warning",
        message: isToolbar
          ? "The option mode turns the debug toolbar on, also on a server where NODE_ENV is not set."
          : "The option mode sets development, also on a server where NODE_ENV is not set: weak keys are accepted, and the toolbar is on.",
        fix: "Leave the option mode out, and start the server with NODE_ENV=development on your own machine.",
      };
    } else if (isToolbar && SAYS_PRODUCTION_TOO.test(call)) {
      const isGuarded = /\bauthorize\b/.test(call);
      yield {
        ...where,
        severity: isGuarded ? "note" : "warning",
        message: isGuarded
          ? "The debug toolbar is on in production, for visitors that authorize accepts."
          : "The option production turns the debug toolbar on in production. Without authorize it throws.",
        fix: "Leave the option production out, unless the toolbar must run there.",
      };
    }
  }
}

function* findingsOfSource(text: string, path: string): Generator<DoctorFinding> {
  // There `debug` checks the environment by itself.
  const isOurs = /["']latchkey\/flask["']/.test(text);
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(?:\/\/|#|\*)/.test(line) || !DEBUG_IN_SOURCE.test(line)) continue;
    yield {
      path,
      line: index + 1,
      code: "debug_on",
      severity: isOurs ? "note" : "warning",
      message: isOurs
        ? "Debug mode is on if NODE_ENV or the key ring says development, and off otherwise."
        : "Debug mode is on in every environment. In production it would show the internals of the server.",
      fix: isOurs
        ? "Nothing to do, as long as no server runs with NODE_ENV=development."
        : 'Check the environment: app.debug = process.env["NODE_ENV"] === "development".',
    };
  }
}

function* findingsOfSettings(text: string, path: string): Generator<DoctorFinding> {
  const isForProduction =
    /prod/i.test(path) || /^(?:Dockerfile|Containerfile|Procfile|docker-compose|compose)/.test(basename(path));
  if (!isForProduction && !(isEnvFile(path) && /prod/i.test(path))) return;
  for (const [index, line] of text.split("\n").entries()) {
    if (!DEBUG_IN_SETTINGS.test(line)) continue;
    yield {
      path,
      line: index + 1,
      code: "debug_on",
      severity: "error",
      message: "This file is for production, and it turns debug mode on.",
      fix: "Remove the line, and set NODE_ENV=production.",
    };
  }
}

function* findingsOfScripts(text: string, path: string): Generator<DoctorFinding> {
  if (!/^\s*"latchkey"\s*:/m.test(text)) return;
  for (const [index, line] of text.split("\n").entries()) {
    const [, name, command = ""] = SERVER_SCRIPT.exec(line) ?? [];
    if (name === undefined) continue;
    const where = { path, line: index + 1 };
    if ((name === "start" || name === "serve") && /\b(?:NODE_ENV|LATCHKEY_ENV)=(?:development|test)\b/.test(command)) {
      yield {
        ...where,
        code: "debug_on",
        severity: "warning",
        message: `Many hosts run "npm ${name === "start" ? "start" : `run ${name}`}" in production, and this script sets development.`,
        fix: `Set it in a separate script: "dev": "NODE_ENV=development …".`,
      };
    } else if (!/\b(?:NODE_ENV|LATCHKEY_ENV)=|--env-file\b/.test(command)) {
      yield {
        ...where,
        code: "mode_unsaid",
        severity: "note",
        message: `The script "${name}" does not set NODE_ENV. If the environment does not set it either, the server runs in production: without the toolbar, and weak keys are refused.`,
        fix: "Set NODE_ENV=production where the server is deployed, and NODE_ENV=development on your own machine.",
      };
    }
  }
}

/** The text up to the bracket that matches the one before `start`. */
function argumentsOf(text: string, start: number): string {
  let depth = 1;
  for (let at = start; at < Math.min(text.length, start + LONGEST_CALL); at++) {
    const letter = text[at]!;
    if (letter === "(" || letter === "{" || letter === "[") depth++;
    else if ((letter === ")" || letter === "}" || letter === "]") && --depth === 0) return text.slice(start, at);
  }
  return text.slice(start, start + LONGEST_CALL);
}

/** Empties lines that are comments, so that line numbers stay. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*(?:\/\/|#|\*|\/\*).*$/gm, "");
}
