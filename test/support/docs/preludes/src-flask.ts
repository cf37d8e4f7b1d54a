import type { ClassView, Flask, FlaskClient } from "latchkey/flask";

export declare const app: Flask;
export declare const user: object | undefined;
export declare const users: { add(name: string): Promise<void> };
export declare const client: FlaskClient;
export declare const Users: { asView(name: string): ClassView };
