import { fileURLToPath } from "node:url";
import { Flask } from "latchkey/flask";

/** One request, and what may have to be added to it before it is sent. */
export interface Exchange {
  /**
   * The request as it is sent: `GET /path`, header lines, an empty line and the body. `Host:
   * localhost`, `Connection: close` and the length of the body are added where they are missing.
   * `{etag}` stands for the last ETag of the visit, which each side has made for itself.
   */
  readonly request: string;
  /** A body that is not text. */
  readonly body?: Uint8Array;
  /** Adds a cookie `session` with this content, as Flask signs it. */
  readonly session?: unknown;
  /** How many seconds ago that cookie was signed. Default: 60. */
  readonly age?: number;
  /** The key of that cookie. Default: the key of the configuration. */
  readonly signedWith?: string;
}

/** Requests of one visitor. Both sides are sent the cookies that Flask has set. */
export type Visit = readonly (Exchange | string)[];

/** An application that is written twice, and the requests that both answer. */
export interface Configuration {
  /** Makes the application. The Python file of the same name makes Flask's. */
  create(): Flask | Promise<Flask>;
  /** Whether each answer sends a permanent session: SESSION_REFRESH_EACH_REQUEST. Default: true. */
  readonly refreshes?: boolean;
  readonly requests: readonly (Exchange | string | Visit)[];
}

/** The key of both sides. Another one is not needed: nothing here is secret. */
export const KEY = "4e1c9a07d3b65f8209ecd4175ab3f6083dd7c2e95b40168f";
/** The key that came before, for SECRET_KEY_FALLBACKS. */
export const OLD_KEY = "97b20cf4e8153ad6706b9e2f81c5d43af0267e9d5c18b34a";

/** The folder of all configurations, with `templates` and `static`. */
export const FOLDER = fileURLToPath(new URL("configurations/", import.meta.url));

/** An application of this folder, with the key. */
export function newApp(options: ConstructorParameters<typeof Flask>[1] = {}): Flask {
  const app = new Flask(FOLDER, options);
  app.config["SECRET_KEY"] = KEY;
  return app;
}
