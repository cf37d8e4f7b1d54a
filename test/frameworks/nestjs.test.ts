import { walkPage } from "../support/walk/walk-page.ts";

// There, @Sse() writes past Fastify's hooks.
const savesInStreams = false;

walkPage(
  "nestjs",
  [
    { title: "on Express, in development", mode: "development", command: () => ["npm", "run", "dev"] },
    { title: "on Express, in production", mode: "production", command: () => ["npm", "start"] },
    {
      title: "on Fastify, in development",
      mode: "development",
      // From the build: the compiler of `nest start` takes the longest of all.
      command: () => ["npm", "run", "start:fastify"],
      savesInStreams,
    },
    {
      title: "on Fastify, in production",
      mode: "production",
      command: () => ["npm", "run", "start:fastify"],
      savesInStreams,
    },
  ],
  { build: ["npm", "run", "build"] },
);
