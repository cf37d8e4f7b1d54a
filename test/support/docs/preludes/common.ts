/*
 * What the code of a page may use without making it: things that every reader has. Only their types
 * matter, nothing here runs.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { KeyRing, Session, SessionManager } from "latchkey";

export declare const keys: KeyRing;
export declare const manager: SessionManager<{ visits: number; count: number }>;
export declare const session: Session<{ visits: number; count: number }>;
export declare const request: IncomingMessage;
export declare const response: ServerResponse;
export declare const claims: { readonly sub: string; readonly sid: string | undefined };
