export declare const handle: string;
export declare const passwordChangedAt: ReadonlyMap<string, number>;
