import type { Configuration } from "../configuration.ts";
import { generatedApp } from "./app.ts";
import { makeRequests } from "./make-requests.ts";
import { makeSpec } from "./make-spec.ts";
import { Random } from "./random.ts";
import type { AppSpec } from "./spec.ts";

/** A random application, with requests. The same seed always gives the same. */
export function generatedConfiguration(
  seed: number,
  requests: number,
): { readonly configuration: Configuration; readonly spec: AppSpec } {
  const random = new Random(seed);
  const spec = makeSpec(random);
  const configuration = {
    create: () => generatedApp(spec),
    refreshes: spec.settings["SESSION_REFRESH_EACH_REQUEST"] !== false,
    requests: makeRequests(spec, random, requests),
  };
  return { configuration, spec };
}
