import type { Session } from "latchkey";
import type { Data } from "./hooks.server";

declare global {
  namespace App {
    interface Locals {
      session: Session<Data>;
    }
  }
}
