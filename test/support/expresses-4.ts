import { createRequire } from "node:module";
import type express from "express";

const require = createRequire(import.meta.url);

/** The oldest Express 4 of the peer range, and the newest. */
export const EXPRESSES_4: Readonly<Record<string, typeof express>> = {
  "Express 4.16": require("express-4.16") as typeof express,
  "Express 4.22": require("express4") as typeof express,
};
