import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { debugToolbar, session } from "latchkey/express";
import { AppModule } from "./app.module.js";
import { manager, toolbar } from "./session.js";

const app = await NestFactory.create<NestExpressApplication>(AppModule);
// Where a proxy ends TLS: app.set("trust proxy", 1);
app.use(debugToolbar(toolbar), session(manager));
await app.listen(process.env["PORT"] ?? 3000);
