import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, expect, test } from "vitest";
import { applicationOfPage, blockWith } from "../support/docs/deployed-app.ts";
import { lockedApplication } from "../support/docs/lock-file.ts";
import { root } from "../support/docs/pages.ts";
import { isListening } from "../support/nginx.ts";
import { freePort, Service, withParent } from "../support/services.ts";
import { SiteVisitor } from "../support/site-visitor.ts";

/*
 * The commands of the page's Dockerfile, in a folder instead of an image. What Docker itself does
 * (layers, users, networks) is not tried.
 */
const folder = mkdtempSync(join(tmpdir(), "latchkey-docker-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [context, image] = [join(folder, "context"), join(folder, "image")];
const ignored = blockWith("", ".latchkey\n").trim().split("\n");

/** What a Dockerfile says, one instruction after the other: its word, and the rest of its line. */
const instructions = blockWith("dockerfile", "FROM ")
  .trim()
  .split("\n")
  .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)] as const);

/** Copies files of the context, as COPY does with a .dockerignore. */
function copy(names: readonly string[]): void {
  for (const name of names.includes(".") ? readdirSync(context) : names)
    if (!ignored.includes(name)) cpSync(join(context, name), join(image, name), { recursive: true });
}

test(
  "the Dockerfile of docs/deploy.md makes an application that starts, without a key in it",
  { timeout: 240_000 },
  async () => {
    for (const path of [image, join(context, ".latchkey"), join(context, "node_modules")])
      mkdirSync(path, { recursive: true });
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root, stdio: "pipe" });
    const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz"))!;
    const { manifest, lock } = lockedApplication(join(folder, tarball), ["express"]);
    const write = (name: string, text: string): void => writeFileSync(join(context, name), text, { mode: 0o600 });
    write("package.json", JSON.stringify(manifest));
    write("package-lock.json", JSON.stringify(lock));
    // The application of the page has no types in it, so it is JavaScript.
    write("app.js", applicationOfPage());
    write("secret_key", `${generateSecretKey()}\n`);
    for (const name of [".env", ".latchkey/secret_key", "node_modules/left.js"]) write(name, "SECRET_KEY=leaked");

    const env: Record<string, string> = {};
    let command: readonly string[] = [];
    for (const [word, rest] of instructions) {
      const words = rest.split(" ");
      if (word === "COPY") copy(words.slice(0, -1));
      else if (word === "ENV") Object.assign(env, Object.fromEntries([rest.split("=")]));
      else if (word === "CMD") command = JSON.parse(rest) as string[];
      else if (word === "RUN") {
        const npm = { npm_config_prefer_offline: "true", npm_config_audit: "false", npm_config_fund: "false" };
        execFileSync("sh", ["-c", rest], { cwd: image, env: { ...process.env, ...npm }, stdio: "pipe" });
      } else expect(["FROM", "WORKDIR", "USER"]).toContain(word);
    }
    expect(env).toEqual({ NODE_ENV: "production" });
    expect(command[0]).toBe("node");
    for (const name of ignored.filter((one) => one !== "node_modules"))
      expect(existsSync(join(image, name))).toBe(false);
    expect(existsSync(join(image, "node_modules/left.js"))).toBe(false);

    // As the compose file says it: the key comes from a file of its own.
    expect(blockWith("yaml", "services:")).toContain("SECRET_KEY_FILE: /run/secrets/secret_key");
    const port = await freePort();
    const variables = { ...env, PORT: String(port), SECRET_KEY_FILE: join(context, "secret_key") };
    const own = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const start = [...withParent(), "env", "-i", "-C", image, ...own, process.execPath, ...command.slice(1)];
    const app = await new Service(port, image, start, async () => await isListening(port)).start();
    try {
      const visitor = new SiteVisitor("https://shop.example.com");
      await visitor.behindTls(port, "/login", "POST");
      expect((await visitor.behindTls(port, "/")).body).toBe("You are 7.");
      expect(app.output).not.toContain("LATCHKEY_");
    } finally {
      await app.kill("SIGTERM");
    }
  },
);
