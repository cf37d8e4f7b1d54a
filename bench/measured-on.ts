import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mariadbPrograms } from "../test/support/mariadb.ts";
import { executable, pythonWith } from "../test/support/requirements.ts";
import { postgresPrograms, redisPrograms } from "../test/support/services.ts";

/** What a run was measured on, and against. No name of a machine or of a user is in it. */
export interface MeasuredOn {
  /** Such as "2026-11-29". */
  readonly date: string;
  /** Such as "v24.21.0". */
  readonly node: string;
  readonly cpus: number;
  readonly model: string;
  readonly gigabytes: number;
  /** The load average of the last minute, when the figures were written. */
  readonly load: number;
  /** Packages and programs that something is measured against, with their versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Those that are not installed, so that nothing is measured against them. */
  readonly missing: readonly string[];
}

const here = fileURLToPath(new URL(".", import.meta.url));
/** Where packages are looked for: what only the benchmarks need, and what the project has. */
const FOLDERS = [here, join(here, "..")];
/**
 * Packages of the project that something is measured against, beside those in bench/package.json.
 */
const SHARED = [
  "connect-redis",
  "cookie-signature",
  "express",
  "express-session",
  "fastify",
  "hono",
  "ioredis",
  "iron-session",
  "jose",
  "keygrip",
  "koa",
  "minijinja-js",
  "mysql2",
  "pg",
  "postgres",
  "redis",
];
/** Programs that say their version, where this machine has them. */
const PROGRAMS: Readonly<Record<string, string | undefined>> = {
  Redis: redisPrograms?.server,
  PostgreSQL: postgresPrograms && join(postgresPrograms, "postgres"),
  MariaDB: mariadbPrograms?.server,
  gunicorn: executable("gunicorn"),
};
const PYTHON_PACKAGES = ["itsdangerous", "Flask", "Django"];

/** What this machine is, and what it has of all that something is measured against. */
export function measuredOn(): MeasuredOn {
  const versions: Record<string, string> = {};
  const missing: string[] = [];
  const note = (name: string, version: string | undefined): void => {
    if (version === undefined) missing.push(name);
    else versions[name] = version;
  };
  for (const name of [...benchPackages(), ...SHARED].toSorted()) note(name, packageVersion(name));
  for (const [name, program] of Object.entries(PROGRAMS)) note(name, programVersion(program));
  for (const name of PYTHON_PACKAGES) note(name, pythonVersion(name));
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpus: cpus().length,
    model: cpus()[0]?.model.trim() ?? "unknown",
    gigabytes: Math.round(totalmem() / 2 ** 30),
    load: Number(loadavg()[0]!.toFixed(2)),
    versions,
    missing,
  };
}

/** The packages of bench/package.json, which `npm ci --prefix bench` installs. */
export function benchPackages(): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return Object.keys(manifest.dependencies);
}

/** The version of an installed package; undefined if it is not installed. */
export function packageVersion(name: string): string | undefined {
  const file = FOLDERS.map((folder) => join(folder, "node_modules", name, "package.json")).find(existsSync);
  return file && (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}

function programVersion(program: string | undefined): string | undefined {
  if (program === undefined) return undefined;
  const { stdout, status } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return status === 0 ? /\d+(?:\.\d+)+/.exec(stdout)?.[0] : undefined;
}

function pythonVersion(name: string): string | undefined {
  const python = pythonWith(name.toLowerCase());
  if (python === undefined) return undefined;
  const program = `from importlib.metadata import version; print(version(${JSON.stringify(name)}))`;
  const { stdout, status } = spawnSync(python, ["-c", program], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
