import { walkPage } from "../support/walk/walk-page.ts";

walkPage(
  "sveltekit",
  [
    {
      title: "the dev server",
      mode: "development",
      command: (port) => ["npm", "run", "dev", "--", "--port", String(port), "--strictPort"],
    },
    { title: "the build", mode: "production", command: () => ["npm", "start"], isBehindTls: true },
  ],
  { build: ["npm", "run", "build"] },
);
