export { readFileSync, writeFileSync } from "node:fs";
export declare const key: string;
export declare const log: { info(message: string): void };
export declare const vault: { read(name: string): Promise<{ readonly secretKey: string }> };
