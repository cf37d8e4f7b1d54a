import type { IndexedStore } from "latchkey";

export declare const id: string;
export declare const users: { sessionsValidFrom(subject: string): Promise<number | undefined> };
export declare const ended: ReadonlySet<string>;
export declare const store: IndexedStore;
