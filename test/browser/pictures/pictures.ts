import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { palettePng } from "../../support/palette-png.ts";

/** The pictures of the documentation. */
export const PICTURES: string = fileURLToPath(new URL("../../../docs/images/toolbar/", import.meta.url));
const ARTIFACTS = fileURLToPath(new URL("../../../artifacts/toolbar-pictures/", import.meta.url));
/** The most bytes of one picture, and of all of them. */
export const LARGEST = { one: 120_000, all: 2_000_000 };

/** A part of the window, in CSS pixels. */
export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Saves a screenshot in artifacts/toolbar-pictures, and in docs/images/toolbar if
 * LATCHKEY_PICTURES=1 asks for it.
 *
 * @returns its size in bytes.
 */
export async function takePicture(page: Page, name: string, clip?: Clip): Promise<number> {
  await page.mouse.move(1, 1);
  const png = palettePng(await page.screenshot({ animations: "disabled", ...(clip === undefined ? {} : { clip }) }));
  const folders = [ARTIFACTS, ...(process.env["LATCHKEY_PICTURES"] === "1" ? [PICTURES] : [])];
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.png`), png);
  }
  return png.length;
}

/** Saves a screenshot for a person to look at, in artifacts/toolbar-pictures alone. */
export async function takeLook(page: Page, name: string): Promise<void> {
  await page.mouse.move(1, 1);
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
}
