import { describe, vi } from "vitest";

// The oldest Express of the peer range.
vi.mock("express", async () => (await import("express-4.16" as string)) as object);

describe("on Express 4.16", async () => {
  await import("./express.test.ts");
  await import("./express-passport.test.ts");
});
