import type { AnnouncingStore, IndexedStore, SessionManager, SweepableStore } from "latchkey";
import type { Hono } from "hono";
import type { Panel } from "latchkey/toolbar";
import type { BrowserContext } from "playwright-core";

export { test } from "node:test";
export interface MyStore extends AnnouncingStore, IndexedStore, SweepableStore {}
export declare const MyStore: new () => MyStore;
export declare const app: Hono;
export declare const context: BrowserContext;
export declare const manager: SessionManager<{ cart: string[] }>;
export declare const flagsPanel: () => Panel<{ asked: string[] }>;
export declare const server: { readonly port: number };
