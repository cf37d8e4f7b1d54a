import { basename } from "node:path";
import type { DoctorFinding } from "./finding.ts";
import { isEnvFile, type ListedFile } from "./list-files.ts";

// What turns a debug mode on for every environment, since it asks none.
const DEBUG_IN_SOURCE = /\b\w+\.debug\s*=\s*true\b|\bdebug\s*[:=]\s*True\b|\.run\(\s*\{[^}]*\bdebug:\s*true\b|\["DEBUG"\]\s*=\s*true\b/;
const TOOLBAR_IN_SOURCE = /\bnew\s+Toolbar\s*\(\s*\{[^}]*\b(?:production:\s*true|mode:\s*["']development["'])/;
const DEBUG_IN_SETTINGS =
  /^\s*(?:export\s+|ENV\s+|ARG\s+|-\s*["']?)?(?:(?:FLASK_)?DEBUG\s*[=:\s]\s*["']?(?:1|true|True|on)\b|(?:NODE_ENV|FLASK_ENV|LATCHKEY_ENV)\s*[=:\s]\s*["']?development\b)/;

/** Lines that could leave debug mode, or the toolbar, on in production. */
export function findDebugSwitches(text: string, { path, kind }: ListedFile): readonly DoctorFinding[] {
  if (/(?:^|\/)(?:tests?|examples?|docs?|bench)\/|\.(?:test|spec)\.\w+$/.test(path)) return [];
  const forProduction = /prod/i.test(path) || /^(?:Dockerfile|Containerfile|Procfile|docker-compose|compose)/.test(basename(path));
  const findings: DoctorFinding[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const where = { path, line: index + 1 };
    if (kind === "source" && !/^\s*(?:\/\/|#|\*)/.test(line)) {
      if (TOOLBAR_IN_SOURCE.test(line)) {
        findings.push({
          ...where,
          code: "toolbar_on",
          severity: "warning",
          message: "The debug toolbar is on whatever the environment is: in production it would show sessions to whoever reaches it.",
          fix: 'Ask the environment: new Toolbar({ keys, mode: process.env["NODE_ENV"] === "production" ? "production" : "development" }).',
        });
      } else if (DEBUG_IN_SOURCE.test(line)) {
        findings.push({
          ...where,
          code: "debug_on",
          severity: "warning",
          message: "Debug mode is on whatever the environment is: in production it would show the server's inside.",
          fix: 'Ask the environment: app.debug = process.env["NODE_ENV"] !== "production".',
        });
      }
    } else if (kind === "settings" && DEBUG_IN_SETTINGS.test(line) && (forProduction || (isEnvFile(path) && /prod/i.test(path)))) {
      findings.push({
        ...where,
        code: "debug_on",
        severity: "error",
        message: "This file is for production, and it turns debug mode on.",
        fix: "Take the line away, and set NODE_ENV=production.",
      });
    }
  }
  return findings;
}
