/**
 * One contender in a process of its own. Started by process.ts with the contender's label and what
 * it needs to know; answers each message with its CPU time so far.
 */
import { Build } from "../build.ts";
import { CONTENDERS, labelOf } from "./contenders.ts";
import type { Setup } from "./process.ts";

const [label, text] = process.argv.slice(2) as [string, string];
const { dist, ...rest } = JSON.parse(text) as Setup;
const contender = CONTENDERS.find((one) => labelOf(one) === label);
if (contender === undefined) throw new Error(`There is no contender "${label}".`);
const port = await contender.start({ build: new Build(dist), ...rest });
process.on("message", () => process.send!(process.cpuUsage()));
process.on("disconnect", () => process.exit());
// By itself a signal would end the process before the profile is written. Without one it should:
// the services of the run end too, and what the process would say of that is noise.
if (process.execArgv.some((flag) => flag.startsWith("--cpu-prof"))) process.on("SIGTERM", () => process.exit());
process.send!({ port });
