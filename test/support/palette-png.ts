import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** Colours that are kept as they are: areas of one colour must not change. */
const EXACT = 64;
const MOST = 256;

/** An image, with three bytes for each pixel. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A colour, and how many pixels have it. */
interface Counted {
  readonly rgb: number;
  readonly count: number;
}

/**
 * The same picture with at most 256 colours, which takes a third of the space.
 *
 * @param png as browsers make screenshots: 8 bits for each channel, not interlaced.
 */
export function palettePng(png: Buffer): Buffer {
  const { width, height, data } = decoded(png);
  const counts = new Map<number, number>();
  for (let at = 0; at < data.length; at += 3) {
    const rgb = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    counts.set(rgb, (counts.get(rgb) ?? 0) + 1);
  }
  const { palette, indexes } = reduced([...counts].map(([rgb, count]) => ({ rgb, count })));
  const rows = Buffer.alloc(height * (width + 1));
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * 3;
    const rgb = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    // The first byte of each row names its filter: none.
    rows[Math.floor(pixel / width) * (width + 1) + 1 + (pixel % width)] = indexes.get(rgb)!;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, with a palette.
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((rgb) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The colours of the palette, and the place in it of each colour. */
function reduced(colours: readonly Counted[]): {
  readonly palette: readonly number[];
  readonly indexes: ReadonlyMap<number, number>;
} {
  const sorted = colours.toSorted((one, other) => other.count - one.count);
  const isSmall = sorted.length <= MOST;
  const exact = sorted.slice(0, isSmall ? MOST : EXACT);
  const boxes: (readonly Counted[])[] = [
    ...exact.map((each) => [each]),
    ...(isSmall ? [] : medianCut(sorted.slice(EXACT), MOST - EXACT)),
  ];
  const indexes = new Map<number, number>();
  for (const [index, box] of boxes.entries()) for (const { rgb } of box) indexes.set(rgb, index);
  return { palette: boxes.map(mean), indexes };
}

/** Divides colours into boxes of colours that are alike: always the box with the longest side. */
function medianCut(colours: readonly Counted[], most: number): readonly (readonly Counted[])[] {
  const boxes = [boxOf(colours)];
  while (boxes.length < most) {
    const at = boxes.reduce((best, box, index) => (box.range > boxes[best]!.range ? index : best), 0);
    const { colours: inside, shift, range } = boxes[at]!;
    if (range === 0) break;
    const ordered = inside.toSorted((one, other) => channel(one.rgb, shift) - channel(other.rgb, shift));
    const middle = Math.ceil(ordered.length / 2);
    boxes.splice(at, 1, boxOf(ordered.slice(0, middle)), boxOf(ordered.slice(middle)));
  }
  return boxes.map(({ colours: inside }) => inside);
}

function boxOf(colours: readonly Counted[]): {
  readonly colours: readonly Counted[];
  readonly shift: number;
  readonly range: number;
} {
  const ranges = [16, 8, 0].map((shift) => {
    let [low, high] = [255, 0];
    for (const { rgb } of colours) {
      low = Math.min(low, channel(rgb, shift));
      high = Math.max(high, channel(rgb, shift));
    }
    return { shift, range: Math.max(0, high - low) };
  });
  return { colours, ...ranges.reduce((most, each) => (each.range > most.range ? each : most)) };
}

function mean(box: readonly Counted[]): number {
  const total = box.reduce((sum, { count }) => sum + count, 0);
  const of = (shift: number): number =>
    Math.round(box.reduce((sum, { rgb, count }) => sum + channel(rgb, shift) * count, 0) / total);
  return (of(16) << 16) | (of(8) << 8) | of(0);
}

function channel(rgb: number, shift: number): number {
  return (rgb >> shift) & 255;
}

function decoded(png: Buffer): Pixels {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new TypeError("This is not a PNG.");
  const parts: Buffer[] = [];
  let header = Buffer.alloc(13);
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = Buffer.from(body);
    if (type === "IDAT") parts.push(body);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colourType, , , interlaced] = header.subarray(8);
  if (depth !== 8 || (colourType !== 2 && colourType !== 6) || interlaced !== 0)
    throw new TypeError(`A screenshot of kind ${depth}/${colourType}/${interlaced} is not known.`);
  const step = colourType === 6 ? 4 : 3;
  const rows = unfiltered(inflateSync(Buffer.concat(parts)), width * step, height, step);
  if (step === 3) return { width, height, data: rows };
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) data.set(rows.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
  return { width, height, data };
}

/** Undoes the filters of the rows. @param step bytes of a pixel. */
function unfiltered(raw: Uint8Array, stride: number, height: number, step: number): Uint8Array {
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= step ? rows[at - step]! : 0;
      const up = y > 0 ? rows[at - stride]! : 0;
      const upLeft = x >= step && y > 0 ? rows[at - stride - step]! : 0;
      rows[at] = raw[y * (stride + 1) + 1 + x]! + predicted(filter, left, up, upLeft);
    }
  }
  return rows;
}

/** What a pixel is expected to be, by the filters of the PNG specification, section 9. */
function predicted(filter: number, left: number, up: number, upLeft: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const [toLeft, toUp, toUpLeft] = [
        Math.abs(up - upLeft),
        Math.abs(left - upLeft),
        Math.abs(left + up - 2 * upLeft),
      ];
      return toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft;
    }
    default:
      return 0;
  }
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
