import { defineConfig } from "vitest/config";

// Tests import the package by its public names. The condition "latchkey-source" of `exports` in
// package.json leads them to the source, so no build is needed. (test/dist.test.ts and the browser
// tests are the ones that look at the built package.) The other conditions are the defaults of
// Vite, which a list replaces.
const conditions = ["latchkey-source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    // Most tests wait for servers and browsers, which are other processes. With one file at a time
    // on two processors, a whole run would take longer than an hour.
    maxWorkers: 2,
    typecheck: { include: ["test/**/*.test-d.ts"] },
    // Far more than a test needs: a busy machine is no failure.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A browser on a busy machine takes its time; what is waited for is what is asserted.
    expect: { poll: { timeout: 60_000 } },
    execArgv: ["--disable-warning=ExperimentalWarning"],
    reporters: ["default", "./test/support/faults-reporter.ts", "./test/support/closing-reporter.ts"],
    globalSetup: ["test/report-skips.ts"],
  },
});
