import { execFileSync } from "node:child_process";
import type { DoctorFinding } from "./finding.ts";
import { RULES } from "./rules.ts";
import type { DoctorReport } from "./run.ts";

const CODES = Object.keys(RULES) as readonly (keyof typeof RULES)[];

/**
 * A report in SARIF 2.1.0 (OASIS), for code scanning. Paths are relative to the root of the
 * repository, as GitHub expects them.
 *
 * @param version of this package.
 */
export function toSarif({ folder, findings }: DoctorReport, version: string): object {
  const prefix = folderInRepository(folder);
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "latchkey doctor",
            semanticVersion: version,
            rules: CODES.map((code) => ({
              id: code,
              shortDescription: { text: RULES[code].title },
              fullDescription: { text: `${RULES[code].title} ${RULES[code].help}` },
              help: { text: RULES[code].help },
            })),
          },
        },
        results: findings.map((finding) => resultOf(finding, prefix)),
      },
    ],
  };
}

function resultOf({ code, severity, path, line, message, fix, fingerprint }: DoctorFinding, prefix: string): object {
  return {
    ruleId: code,
    ruleIndex: CODES.indexOf(code),
    level: severity,
    message: { text: `${message} Fix: ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: (prefix + path).split("/").map(encodeURIComponent).join("/") },
          // GitHub takes no location without a line. A finding on a whole file is shown at its
          // start.
          region: { startLine: Math.max(1, line) },
        },
      },
    ],
    ...(fingerprint === undefined ? {} : { properties: { keyFingerprint: fingerprint } }),
  };
}

/**
 * Where the folder is in its repository: "services/shop/". Empty at the root, and outside of git.
 */
function folderInRepository(folder: string): string {
  try {
    return execFileSync("git", ["-C", folder, "rev-parse", "--show-prefix"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).replace(/\n$/, "");
  } catch {
    return "";
  }
}
