import { walkPage } from "../support/walk/walk-page.ts";

walkPage(
  "react-router",
  [
    {
      title: "the dev server",
      mode: "development",
      command: (port) => ["npm", "run", "dev", "--", "--port", String(port), "--strictPort"],
    },
    { title: "the build", mode: "production", command: () => ["npm", "start"] },
  ],
  { build: ["npm", "run", "build"] },
);
