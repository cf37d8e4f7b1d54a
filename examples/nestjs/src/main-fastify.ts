import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { debugToolbar, session } from "latchkey/fastify";
import { AppModule } from "./app.module.js";
import { manager, toolbar } from "./session.js";

// Where a proxy ends TLS: new FastifyAdapter({ trustProxy: 1 })
const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
await app.register(debugToolbar(toolbar));
await app.register(session(manager));
await app.listen(process.env["PORT"] ?? 3000);
