import { reactRouter } from "@react-router/dev/vite";
import { debugToolbar } from "latchkey/node";
import { defineConfig } from "vite";
import { toolbar } from "./app/session.server";

export default defineConfig({
  plugins: [
    {
      name: "latchkey-toolbar",
      // In front of React Router, on the dev server alone.
      configureServer: ({ middlewares }) => void middlewares.use(debugToolbar(toolbar)),
    },
    reactRouter(),
  ],
});
