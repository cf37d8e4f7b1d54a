import { suitesOn } from "./suites-on.ts";

// In two files, so that two run at once.
for (const name of ["Node 22", "Node 26", "Node --permission"] as const) suitesOn(name);
