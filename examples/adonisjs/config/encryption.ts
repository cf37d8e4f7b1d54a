import { defineConfig, drivers } from "@adonisjs/core/encryption";

export default defineConfig({
  default: "app",
  // The key of AdonisJS's own cookies. Latchkey's key is SECRET_KEY.
  list: { app: drivers.aes256gcm({ id: "app", keys: [process.env["APP_KEY"] ?? ""] }) },
});
