import { processEnvironment } from "../../mode.ts";
import type { Recording } from "../recording.ts";
import { errorLine } from "./error-line.ts";

/** What a report says of a request, and the value that was thrown. */
type FailedRequest = Pick<Recording, "method" | "path" | "status" | "error"> & { readonly thrown: unknown };

/** Says on standard error where the record of a failed request is. Not in tests. */
export class FailureReports {
  /** Errors that were reported: a rejected promise may be handed out again. */
  readonly #reported = new WeakSet<object>();
  readonly #isOn = processEnvironment()["NODE_ENV"] !== "test";

  /** @param addressOf gives the address of the record. */
  report(exchange: FailedRequest, addressOf: () => string): void {
    const { error, thrown, status = 500 } = exchange;
    if (!this.#isOn || error === undefined || status < 500) return;
    if (typeof thrown === "object" && thrown !== null) {
      if (this.#reported.has(thrown)) return;
      this.#reported.add(thrown);
    }
    process.stderr.write(errorLine(exchange, addressOf()));
  }
}
