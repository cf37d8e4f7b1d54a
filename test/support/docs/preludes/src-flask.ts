import type { Flask } from "latchkey/flask";

export declare const app: Flask;
export declare const user: object | undefined;
