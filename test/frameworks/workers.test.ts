import { walkPage } from "../support/walk/walk-page.ts";

const hasToolbar = false;

walkPage(
  "workers",
  [
    {
      title: "the dev server",
      mode: "development",
      command: (port) => ["npm", "run", "dev", "--", "--port", String(port)],
      hasToolbar,
    },
    { title: "the build", mode: "production", command: (port) => ["npm", "start", "--", "--port", String(port)] },
  ],
  { build: ["npm", "run", "build"], secretFile: ".dev.vars" },
);
