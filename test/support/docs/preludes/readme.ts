import type { Flask } from "latchkey/flask";

export declare const app: Flask;
