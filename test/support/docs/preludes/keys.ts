export declare const key: string;
export declare const leakedKeys: readonly string[];
export declare const log: { info(message: string): void };
