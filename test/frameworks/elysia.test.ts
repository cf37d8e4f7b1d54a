import { walkPage } from "../support/walk/walk-page.ts";

walkPage(
  "elysia",
  [
    { title: "in development", mode: "development", command: () => ["npm", "run", "dev"] },
    { title: "the build", mode: "production", command: () => ["npm", "start"] },
  ],
  { build: ["npm", "run", "build"] },
);
