import { execFileSync } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkTypes } from "../support/docs/check-types.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
};

test("pain 8, types of the session have to be merged into global types of another package (expressjs/session#799)", () => {
  const program = (number: number, text: string) => ({ page: "docs/pain-8.md", number, text });
  const two = `
import express from "express";
import expressSession from "express-session";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session, sessionOf } from "latchkey/express";
import { z } from "zod";

const shop = new SessionManager<{ cart: string[] }>({ keys: generateSecretKey() });
const staff = new SessionManager({ keys: generateSecretKey(), schema: z.object({ role: z.enum(["clerk", "owner"]) }), cookie: { name: "staff" } });
export const app = express();
// express-session's own declarations are loaded as well, and the two are independent.
app.use(expressSession({ secret: "another part of the site", resave: false, saveUninitialized: false }));
app.use("/shop", session(shop), (request, response) => {
  (sessionOf(shop, request).data.cart ??= []).push("tea");
  response.end();
});
app.use("/staff", session(staff), (request, response) => {
  sessionOf(staff, request).data.role = "clerk";
  response.end(request.session.id);
});
`;
  expect(checkTypes([program(1, two)])).toEqual([]);
  const mistakes = [
    'sessionOf(shop, request).data.cart = "tea";',
    'sessionOf(shop, request).data.crat = ["tea"];',
    'sessionOf(staff, request).data.role = "thief";',
    "sessionOf(shop, request).data.cart.push('tea');",
  ];
  const wrong = mistakes.map((line, index) =>
    program(index + 2, `${two}\napp.get("/", (request) => {\n${line}\n});\n`),
  );
  const messages = checkTypes(wrong);
  expect(messages).toHaveLength(mistakes.length);
  expect(messages.map((message) => /error (TS\d+)/.exec(message)?.[1])).toEqual([
    "TS2322",
    "TS2339",
    "TS2322",
    "TS2532",
  ]);
}, 300_000);

test("pain 22, a native addon does not build, or does not load (fastify/fastify-secure-session#260)", () => {
  interface Locked {
    readonly dev?: boolean;
    readonly peer?: boolean;
    readonly hasInstallScript?: boolean;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly os?: readonly string[];
    readonly cpu?: readonly string[];
  }
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  /** Everything that an installation of this package brings along. */
  const brought = new Set(Object.keys(manifest.dependencies));
  for (const name of brought)
    for (const next of Object.keys(packages[`node_modules/${name}`]!.dependencies ?? {})) brought.add(next);
  expect([...brought].sort()).toEqual(["cookie"]);
  for (const name of brought) {
    const { hasInstallScript, os, cpu } = packages[`node_modules/${name}`]!;
    expect([name, hasInstallScript, os, cpu]).toEqual([name, undefined, undefined, undefined]);
    expect(
      globSync(["**/*.node", "**/binding.gyp", "**/prebuilds"], { cwd: join(root, "node_modules", name) }),
    ).toEqual([]);
  }
  // Nor has it a script of its own that npm would run at an installation.
  const { scripts } = manifest as unknown as { readonly scripts: Readonly<Record<string, string>> };
  expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name))).toEqual([]);
});

/** A program that runs outside of this project, with the package where npm would put it. */
let folder: string;
beforeAll(() => {
  if (!existsSync(join(root, "dist/index.js"))) throw new Error("The package is not built: npm run build");
  folder = mkdtempSync(join(tmpdir(), "latchkey-modules-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/latchkey"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(name: string, program: string): string {
  writeFileSync(join(folder, name), program);
  return execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", name], {
    cwd: folder,
    encoding: "utf8",
  });
}

const USES_A_SESSION = `
const manager = new SessionManager({ keys: generateSecretKey() });
manager.load(undefined).then(async (session) => {
  session.login("7");
  const [[name, value]] = await manager.commit(session);
  const again = await manager.load(value.split(";")[0]);
  console.log(name, again.subject, again instanceof Session);
});
`;

test("pain 23, an update changes how the package has to be imported (tj/connect-redis#418)", async () => {
  const entryPoints = Object.keys(manifest.exports).filter((entryPoint) => entryPoint !== "./package.json");
  const list = (load: string): string => `
    (async () => {
      const entryPoints = ${JSON.stringify(entryPoints)}.map((entryPoint) => "latchkey" + entryPoint.slice(1));
      for (const entryPoint of entryPoints) console.log(entryPoint, Object.keys(${load}).sort().join(" "));
    })();
  `;
  const [required, imported] = [
    run("list.cjs", list("require(entryPoint)")),
    run("list.mjs", list("await import(entryPoint)")),
  ];
  expect(required).toBe(imported);
  expect(required.trim().split("\n")).toHaveLength(entryPoints.length);
  expect(required).not.toMatch(/\bdefault\b/);

  expect(
    run(
      "use.cjs",
      `const { Session, SessionManager } = require("latchkey");const { generateSecretKey } = require("latchkey/keys");${USES_A_SESSION}`,
    ),
  ).toBe("Set-Cookie 7 true\n");
  expect(
    run(
      "use.mjs",
      `import { Session, SessionManager } from "latchkey";import { generateSecretKey } from "latchkey/keys";${USES_A_SESSION}`,
    ),
  ).toBe("Set-Cookie 7 true\n");
  // Both are one and the same: what one half of an application makes, the other half recognises.
  expect(
    run(
      "same.mjs",
      `
    import { createRequire } from "node:module";
    import { Session } from "latchkey";
    console.log(createRequire(import.meta.url)("latchkey").Session === Session);
  `,
    ),
  ).toBe("true\n");

  // And in one file, as bundlers make it, for either kind of module, with the list of published
  // keys in it.
  const published = `
    import { gradeSecretKey } from "latchkey/keys";
    import "latchkey/toolbar";
    import "latchkey/express";
    console.log(gradeSecretKey("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf").verdict);`;
  for (const [format, name] of [
    ["esm", "bundle.mjs"],
    ["cjs", "bundle.cjs"],
  ] as const) {
    const bundle = async (contents: string): Promise<string> => {
      const stdin = { contents, resolveDir: folder };
      const { outputFiles } = await build({
        stdin,
        bundle: true,
        platform: "node",
        format,
        write: false,
        logLevel: "error",
      });
      return outputFiles[0]!.text;
    };
    const uses = await bundle(
      `import { Session, SessionManager } from "latchkey";import { generateSecretKey } from "latchkey/keys";${USES_A_SESSION}`,
    );
    expect([name, run(name, uses)]).toEqual([name, "Set-Cookie 7 true\n"]);
    expect([name, run(name, await bundle(published))]).toEqual([name, "refused\n"]);
  }
});
