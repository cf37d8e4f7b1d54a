import type { Configuration } from "../configuration.ts";
import { behindProxies, FORWARDED } from "./proxy-fix.ts";

/** No header is believed. */
export const configuration: Configuration = {
  create: () => behindProxies({ xFor: 0, xProto: 0 }),
  requests: FORWARDED,
};
