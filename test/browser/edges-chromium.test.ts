import { chromiumEngine } from "../support/engines/chromium.ts";
import { cookieEdges } from "./edges/edges.ts";

cookieEdges(chromiumEngine);
