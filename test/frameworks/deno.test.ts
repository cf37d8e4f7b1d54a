import { walkPage } from "../support/walk/walk-page.ts";

walkPage("deno", [
  { title: "in development", mode: "development", command: () => ["npm", "run", "dev"] },
  { title: "in production", mode: "production", command: () => ["npm", "start"] },
]);
