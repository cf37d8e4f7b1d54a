/** Something with a stack: an Error that was made at the place that matters. */
export interface Origin {
  readonly stack?: string | undefined;
}

let current: readonly (Origin | undefined)[] = [];

/**
 * Says where the application asked for what is published next: the first of these places that has a
 * line of the application. It is for libraries that begin an action after their caller has left
 * the stack, such as a query that begins when it is awaited.
 *
 * Call it again without places after the message.
 */
export function setOrigins(...origins: readonly (Origin | undefined)[]): void {
  current = origins;
}

/** The stacks of the places that were set, one after the other. */
export function originStacks(): string {
  return current.map((origin) => origin?.stack ?? "").join("\n");
}
