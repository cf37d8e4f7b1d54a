import { walkPage } from "../support/walk/walk-page.ts";

walkPage(
  "astro",
  [
    {
      title: "the dev server",
      mode: "development",
      command: (port) => ["npm", "run", "dev", "--", "--port", String(port)],
    },
    { title: "the build", mode: "production", command: () => ["npm", "start"] },
  ],
  { build: ["npm", "run", "build"] },
);
