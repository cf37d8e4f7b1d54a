import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { isListening } from "../nginx.ts";
import { freePort, Service, withParent } from "../services.ts";
import { blocksOf, root } from "./pages.ts";

const PAGE = "docs/deploy.md";

/** The one block of docs/deploy.md in this language that has this text. */
export function blockWith(language: string, text: string): string {
  const found = blocksOf(PAGE).filter((block) => block.language === language && block.text.includes(text));
  if (found.length !== 1) throw new Error(`${PAGE} has ${found.length} blocks of ${language} with "${text}".`);
  return found[0]!.text;
}

/** Replaces a text that has to be there, once. */
export function replaced(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`There is no text, or more than one, that says "${from}".`);
  return text.replace(from, () => to);
}

const [shown = ""] = blocksOf(PAGE)
  .filter(({ text }) => text.startsWith("Set-Cookie: "))
  .map(({ text }) => text.trim().slice("Set-Cookie: ".length));

/** The Set-Cookie line of a login, as the page shows it. */
export const SHOWN_COOKIE = new RegExp(
  `^${shown
    .split("…")
    .map((part) => part.replaceAll(/[/;=-]/g, "\\$&"))
    .join("[^;]+")}$`,
);

/** The application of the page; each answer names the process that gave it. */
export function applicationOfPage(): string {
  return replaced(
    blockWith("ts", "app.listen("),
    "app.use(session(manager));",
    'app.use((_, response, next) => { response.set("X-Process", String(process.pid)); next(); });\napp.use(session(manager));',
  );
}

/** A program of the page, with the manager of the page that has its sessions in Redis. */
export function withRedis(program: string): string {
  const rest = program
    .replace(/^const manager = .*\n/m, "")
    .replace(/^import \{ (?:SessionManager|loadKeyRing) \}.*\n/gm, "");
  return `${blockWith("ts", "REDIS_URL")}\n${rest}`;
}

/** A folder inside of the project, so that programs in it find the built package by its name. */
export function deploymentFolder(): { readonly path: string; remove(): void } {
  mkdirSync(join(root, "artifacts"), { recursive: true });
  const path = mkdtempSync(join(root, "artifacts/deploy-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts a file in production, with these variables alone, and waits until it listens. */
export async function startDeployed(
  folder: string,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<Service> {
  const port = await freePort();
  const variables = Object.entries({
    NODE_ENV: "production",
    PATH: process.env["PATH"] ?? "",
    ...env,
    PORT: `${port}`,
  });
  const environment = ["env", "-i", ...variables.map(([name, value]) => `${name}=${value}`)];
  const program = [process.execPath, "--disable-warning=ExperimentalWarning", join(folder, file)];
  const command = [...withParent(), ...environment, ...program];
  return await new Service(port, folder, command, async () => await isListening(port)).start();
}

/** Writes a program into the folder. */
export function writeProgram(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

/** Starts an application in a folder of its own, and ends it with the test. */
export async function deploy(text: string, env: Readonly<Record<string, string>>): Promise<Service> {
  const { path } = deploymentFolder();
  writeProgram(path, "app.ts", text);
  const app = await startDeployed(path, "app.ts", env);
  onTestFinished(async () => await app.stop());
  return app;
}
