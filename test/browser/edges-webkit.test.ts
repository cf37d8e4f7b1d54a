import { webkitEngine } from "../support/engines/webkit.ts";
import { cookieEdges } from "./edges/edges.ts";

cookieEdges(webkitEngine);
