/**
 * One contender in a process of its own. Started by process.ts with the contender's label, the dist
 * folder of Latchkey, and the services; answers each message with its CPU time so far.
 */
import { Build } from "../build.ts";
import type { Services } from "./contender.ts";
import { CONTENDERS, labelOf } from "./contenders.ts";

const [label, dist, services] = process.argv.slice(2) as [string, string, string];
const contender = CONTENDERS.find((one) => labelOf(one) === label);
if (contender === undefined) throw new Error(`There is no contender "${label}".`);
const port = await contender.start({ build: new Build(dist), services: JSON.parse(services) as Services });
process.on("message", () => process.send!(process.cpuUsage()));
process.on("disconnect", () => process.exit());
process.send!({ port });
