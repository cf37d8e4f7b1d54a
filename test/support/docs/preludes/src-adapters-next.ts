export { Toolbar } from "latchkey/toolbar";
