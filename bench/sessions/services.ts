import { postgresPrograms, redisPrograms, startPostgres, startRedis } from "../../test/support/services.ts";
import { packageVersion } from "../measured-on.ts";
import type { Contender, Guarantee, Services } from "./contender.ts";

/** Servers that were started for one run. */
export interface StartedServices extends Services {
  stop(): Promise<void>;
}

/** Starts what these contenders need and what this machine has. */
export async function startServices(contenders: readonly Contender[]): Promise<StartedServices> {
  const isNeeded = (guarantee: Guarantee): boolean => contenders.some((one) => one.guarantee === guarantee);
  const redis = redisPrograms !== undefined && isNeeded("redis") ? await startRedis() : undefined;
  const postgres = postgresPrograms !== undefined && isNeeded("postgres") ? await startPostgres() : undefined;
  return {
    redisPort: redis?.port,
    postgresUrl: postgres?.url,
    stop: async () => {
      await redis?.stop();
      await postgres?.stop();
    },
  };
}

/** Whether the service that a contender needs was started. */
export function hasService({ guarantee }: Contender, { redisPort, postgresUrl }: Services): boolean {
  if (guarantee === "redis") return redisPort !== undefined;
  return guarantee !== "postgres" || postgresUrl !== undefined;
}

/** Whether the package that a contender needs is there. */
export function isInstalled({ needs }: Contender): boolean {
  return needs === undefined || packageVersion(needs) !== undefined;
}
