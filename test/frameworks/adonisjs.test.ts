import { generateSecretKey } from "latchkey/keys";
import { walkPage } from "../support/walk/walk-page.ts";

// AdonisJS's own key, and the host that it listens on.
const env = { APP_KEY: generateSecretKey(), HOST: "localhost" };

walkPage(
  "adonisjs",
  [
    { title: "in development", mode: "development", command: () => ["npm", "run", "dev"], env },
    { title: "the build", mode: "production", command: () => ["npm", "start"], env },
  ],
  { build: ["npm", "run", "build"] },
);
