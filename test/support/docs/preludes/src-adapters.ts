export { sessionOf } from "latchkey/express";
