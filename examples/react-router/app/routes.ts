import { index, route, type RouteConfig } from "@react-router/dev/routes";

export default [
  index("routes/home.tsx"),
  route("login", "routes/login.ts"),
  route("logout", "routes/logout.ts"),
  route("me", "routes/me.ts"),
  route("error", "routes/error.tsx"),
  route("clock", "routes/clock.ts"),
] satisfies RouteConfig;
