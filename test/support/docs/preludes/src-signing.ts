export declare const key: Uint8Array;
