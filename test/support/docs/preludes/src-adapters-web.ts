import type { JarCookieAttributes } from "latchkey/web";

export { Toolbar } from "latchkey/toolbar";
export declare const request: Request;
export declare const jar: { set(name: string, value: string, attributes: JarCookieAttributes): void };
