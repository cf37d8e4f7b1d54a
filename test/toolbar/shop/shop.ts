import { Console } from "node:console";
import { PassThrough, Writable } from "node:stream";
import { pino } from "pino";
import { placeOf } from "./place-of.ts";

/*
 * A small shop, the same on every framework. Everything that it does for a visitor carries the
 * visitor's name: statements, keys of Redis, addresses, log lines, and what it hands to a template.
 */

/** The database of the shop. */
export interface ShopDatabase {
  /** The prices of what the visitor has in the cart: five statements, three of them in a loop. */
  pricesOf(visitor: string): Promise<readonly number[]>;
  /** One statement. */
  countVisit(visitor: string): Promise<void>;
}

/** The clients of both libraries for Redis have these. */
export interface ShopCarts {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
}

/** What the shop works with. */
export interface ShopParts {
  readonly database: ShopDatabase;
  readonly carts: ShopCarts;
  /** The address of a server that knows today's discount for each visitor. */
  readonly discounts: string;
}

/** Renders a template, as the framework does it. */
export type Render = (name: string, context: Readonly<Record<string, unknown>>) => string | Promise<string>;

/** A page of the shop. */
export type ShopPage = (parts: ShopParts, visitor: string, render: Render) => Promise<string>;

/** Node publishes what is written to any console; this one prints nowhere. */
const console = new Console(new PassThrough().resume());
const logger = pino(new Writable({ write: (_chunk, _encoding, done) => done() }));

/** Where the page that fails does so. */
export const THROWN = placeOf(import.meta.url, "// thrown");
/** Where each log line is written. */
export const LOGGED = ["// logged first", "// logged second", "// logged third"].map((mark) =>
  placeOf(import.meta.url, mark),
);

const cart: ShopPage = async ({ database, carts, discounts }, visitor, render) => {
  console.log(`The cart of ${visitor} is opened.`); // logged first
  const prices = await database.pricesOf(visitor);
  await carts.set(`cart:${visitor}`, String(prices.length));
  const discount = Number(await (await fetch(`${discounts}/discounts/${visitor}`)).text());
  console.warn("Few are left, says %s", visitor); // logged second
  const known = await carts.get(`cart:${visitor}`);
  await database.countVisit(visitor);
  logger.info({ visitor, known }, "The cart is shown."); // logged third
  const total = prices.reduce((sum, price) => sum + price, 0) - discount;
  return await render("cart.html", { visitor, prices, total, [`only for ${visitor}`]: true });
};

/** Does the same, and then fails. */
const order: ShopPage = async (parts, visitor, render) => {
  await cart(parts, visitor, render);
  throw new RangeError(`Nothing is left for ${visitor}.`); // thrown
};

/** The pages by their paths. The name of the visitor follows: `/cart/visitor-N`. */
export const PAGES: Readonly<Record<"cart" | "order", ShopPage>> = { cart, order };
