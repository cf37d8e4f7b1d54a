export declare const handle: string;
export declare const users: { sessionsValidFrom(subject: string): Promise<number | undefined> };
export declare const ended: ReadonlySet<string>;
