import type { Command } from "commander";
import type { ExitCode, Io } from "../io.ts";
import { addBuildFilter } from "./key-build-filter.ts";
import { addCheck } from "./key-check.ts";
import { addDerive } from "./key-derive.ts";
import { addGenerate } from "./key-generate.ts";
import { addRotate } from "./key-rotate.ts";
import { addStatus } from "./key-status.ts";

/** `latchkey key …`: makes, checks, rotates and lists secret keys, and derives keys from them. */
export function addKey(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  const key = program.command("key").description("make, check, rotate and list secret keys, and derive keys from them");
  addGenerate(key, io);
  addCheck(key, io, finish);
  addRotate(key, io, finish);
  addStatus(key, io, finish);
  addBuildFilter(key, io);
  addDerive(key, io, finish);
}
