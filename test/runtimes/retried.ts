import { setTimeout as sleep } from "node:timers/promises";

const UNTIL = 60_000;
/** Does it again until it throws no more, or for a minute. */
export async function retried<Result>(work: () => Result): Promise<Awaited<Result>> {
  const end = Date.now() + UNTIL;
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(20);
    }
}
