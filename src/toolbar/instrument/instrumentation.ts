/** An object, or a function, of which only some members are known. */
export type Shape = Record<PropertyKey, unknown>;

/** A method of a client. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Observes a client that another client holds, and returns what has to be used in its place. */
export type InstrumentInner = (client: unknown, place: string) => unknown;

/** How the clients of one library are observed. */
export interface Instrumentation {
  /** The library, and which of its objects: "pg (Pool, Client)". For messages. */
  readonly name: string;
  /** Whether this is a client of the library, by the methods that it has. */
  readonly recognizes: (client: Shape) => boolean;
  /**
   * Returns the same client, or what has to be used in its place. A second call changes nothing.
   */
  readonly instrument: (client: Shape, inner: InstrumentInner) => unknown;
}

/** Whether an object has all of these methods, of its own or by its class. */
export function hasMethods(client: Shape, ...names: readonly string[]): boolean {
  return names.every((name) => typeof client[name] === "function");
}
