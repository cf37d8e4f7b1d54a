import { defineConfig } from "vitest/config";

const conditions = ["latchkey-source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ["*.copied.ts"], testTimeout: 120_000, isolate: false, fileParallelism: false },
});
