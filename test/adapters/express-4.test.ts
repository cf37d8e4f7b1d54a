import { describe, vi } from "vitest";

// All that is said of Express, on Express 4.
vi.mock("express", async () => await import("express4"));

describe("on Express 4", async () => {
  await import("./express.test.ts");
  await import("./express-middleware.test.ts");
  await import("./express-passport.test.ts");
  await import("./unanswered-errors-express.test.ts");
  await import("../toolbar/sources/express.test.ts");
});
