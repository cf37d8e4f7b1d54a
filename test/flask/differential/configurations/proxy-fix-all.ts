import type { Configuration } from "../configuration.ts";
import { behindProxies, FORWARDED } from "./proxy-fix.ts";

/** Two proxies, which set all headers. */
export const configuration: Configuration = {
  create: () => behindProxies({ xFor: 2, xProto: 1, xHost: 1, xPort: 1, xPrefix: 1 }),
  requests: FORWARDED,
};
