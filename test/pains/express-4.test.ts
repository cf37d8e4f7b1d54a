import { describe, vi } from "vitest";

// The same pains on Express 4, as far as Express has a part in them: not keys and lifetimes.
vi.mock("express", async () => await import("express4"));

describe("on Express 4", async () => {
  await import("./answers.test.ts");
  await import("./cookie.test.ts");
  await import("./frameworks.test.ts");
  await import("./parallel.test.ts");
  await import("./stores.test.ts");
  await import("./writes.test.ts");
});
