import { suitesOn } from "./suites-on.ts";

for (const name of ["Bun", "Deno", "Deno without files", "workerd"] as const) suitesOn(name);
