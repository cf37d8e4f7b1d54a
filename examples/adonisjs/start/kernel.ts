import server from "@adonisjs/core/services/server";

// The session is open before all other middleware.
server.use([() => import("../app/middleware/latchkey_middleware.ts")]);
