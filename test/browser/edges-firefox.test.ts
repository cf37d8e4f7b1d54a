import { firefoxEngine } from "../support/engines/firefox.ts";
import { cookieEdges } from "./edges/edges.ts";

cookieEdges(firefoxEngine);
