import { test } from "node:test";
import { panelContract } from "latchkey/testing";
import { flagsPanel } from "../flags.ts";

const messages = { "flags:asked": (secret: string) => ({ name: `cart-of-${secret}`, isOn: true, isKnown: true }) };
for (const { name, run } of panelContract(() => flagsPanel(), { messages })) void test(name, run);
