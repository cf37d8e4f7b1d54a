import { crc32, deflateSync, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { palettePng } from "./palette-png.ts";

type Colour = readonly [red: number, green: number, blue: number];

function chunk(type: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(body.length, 0);
  numbers.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([numbers.subarray(0, 4), named, numbers.subarray(4)]);
}

/** A picture as a browser makes it, each row with the next of the five filters of PNG. */
function picture(rows: readonly (readonly Colour[])[]): Buffer {
  const width = rows[0]!.length;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const bytes = rows.map((row) => row.flat());
  const at = (y: number, x: number): number => (y < 0 || x < 0 ? 0 : bytes[y]![x]!);
  const filtered = bytes.flatMap((row, y) => [
    y % 5,
    ...row.map((value, x) => (value - guess(y % 5, at(y, x - 3), at(y - 1, x), at(y - 1, x - 3))) & 255),
  ]);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Uint8Array.from(filtered))),
    chunk("IEND", new Uint8Array()),
  ]);
}

function guess(filter: number, left: number, up: number, corner: number): number {
  const paeth = [left, up, corner].toSorted(
    (one, other) => Math.abs(left + up - corner - one) - Math.abs(left + up - corner - other),
  )[0]!;
  return [0, left, up, Math.floor((left + up) / 2), paeth][filter]!;
}

/** The colours of a picture with a palette. */
function read(png: Buffer): { readonly colours: number; readonly rows: readonly (readonly Colour[])[] } {
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12)
    parts.set(png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const width = parts.get("IHDR")!.readUInt32BE(0);
  const palette = parts.get("PLTE")!;
  const raw = inflateSync(parts.get("IDAT")!);
  const rows = Array.from({ length: raw.length / (width + 1) }, (_, y) =>
    [...raw.subarray(y * (width + 1) + 1, (y + 1) * (width + 1))].map((index): Colour => [
      palette[index * 3]!,
      palette[index * 3 + 1]!,
      palette[index * 3 + 2]!,
    ]),
  );
  return { colours: palette.length / 3, rows };
}

describe("a picture with a palette", () => {
  test("has the same colours, if there are few, whatever the filters of its rows", () => {
    const rows = Array.from({ length: 10 }, (_, y) =>
      Array.from({ length: 7 }, (__, x): Colour => [(x * 37) % 256, (y * 21) % 256, (x + y) % 5]),
    );
    expect(read(palettePng(picture(rows))).rows).toEqual(rows);
  });

  test("has 256 colours that are alike, if there are many", () => {
    const rows = Array.from({ length: 64 }, (_, y) =>
      Array.from({ length: 64 }, (__, x): Colour => [x * 4, y * 4, (x * y) % 256]),
    );
    const { colours, rows: reduced } = read(palettePng(picture(rows)));
    expect(colours).toBe(256);
    const errors = rows.flatMap((row, y) =>
      row.map((colour, x) => Math.max(...colour.map((value, at) => Math.abs(value - reduced[y]![x]![at]!)))),
    );
    expect(Math.max(...errors)).toBeLessThan(48);
  });

  test("keeps the colours of large areas as they are", () => {
    const area: Colour = [246, 247, 249];
    const rows = Array.from({ length: 40 }, (_, y) =>
      Array.from({ length: 40 }, (__, x): Colour => (y < 20 ? area : [x * 6, y * 6, x + y])),
    );
    expect(read(palettePng(picture(rows))).rows[0]![0]).toEqual(area);
  });

  test("is not made of something else", () => {
    expect(() => palettePng(Buffer.from("GIF89a"))).toThrow("This is not a PNG.");
  });
});
