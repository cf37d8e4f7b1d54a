/**
 * One contender in a process of its own. Started by run.ts with the contender's label and the port
 * of Redis; answers each message with its CPU time so far.
 */
import { CONTENDERS, labelOf } from "./contenders.ts";

const [label, redisPort] = process.argv.slice(2);
const contender = CONTENDERS.find((one) => labelOf(one) === label);
if (contender === undefined) throw new Error(`There is no contender "${label}".`);
const port = await contender.start({ redisPort: redisPort === undefined ? undefined : Number(redisPort) });
process.on("message", () => process.send!(process.cpuUsage()));
process.on("disconnect", () => process.exit());
process.send!({ port });
