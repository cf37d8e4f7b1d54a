import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

// Tests import the package by its public names; here those names mean the source, so no build is
// needed (test/dist.test.ts and the browser tests are the ones that look at the built package).
export default defineConfig({
  resolve: {
    alias: [
      { find: /^latchkey$/, replacement: source("index.ts") },
      { find: /^latchkey\/(signing|toolbar|flask|testing)$/, replacement: source("$1/index.ts") },
      { find: /^latchkey\/(hono|express|fastify|koa|node)$/, replacement: source("adapters/$1/index.ts") },
      { find: /^latchkey\/(stores\/[a-z-]+)$/, replacement: source("$1.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    typecheck: { include: ["test/**/*.test-d.ts"] },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A browser on a busy machine takes its time; what is waited for is what is asserted.
    expect: { poll: { timeout: 15_000 } },
    execArgv: ["--disable-warning=ExperimentalWarning"],
    reporters: ["default", "./test/support/faults-reporter.ts", "./test/support/closing-reporter.ts"],
    globalSetup: ["test/report-skips.ts"],
  },
});
