import type { Request, Response } from "express";
import { productNames, type Services } from "../services.ts";

interface Order {
  readonly id: number;
  readonly placed_at: Date;
  readonly paid: boolean;
}

interface Item {
  readonly product_id: number;
  readonly name: string;
  readonly price: string;
  readonly quantity: number;
}

/**
 * The page with all orders of a customer. It loads the items of each order by a query of its own.
 */
export async function listOrders(
  { database, redis, log, rates, measure }: Services,
  request: Request,
  response: Response,
): Promise<void> {
  const userId = 7;
  const users = await database.query<{ name: string }>("select name from users where id = $1", [userId]);
  const orders = await database.query<Order>(
    "select id, placed_at, paid from orders where user_id = $1 order by placed_at desc limit 8",
    [userId],
  );
  log.info("Listing the orders", { userId, orders: orders.rows.length });

  const listed: { readonly order: Order; readonly items: readonly Item[] }[] = [];
  for (const order of orders.rows) {
    const items = await database.query<Item>(
      "select product_id, name, price, quantity from order_items join products on id = product_id where order_id = $1",
      [order.id],
    );
    listed.push({ order, items: items.rows });
  }

  const currency = await redis.get(`user:${userId}:currency`);
  let rate = await redis.get("rate:EUR:USD");
  if (rate === null) {
    console.warn("\u001B[33mrate:EUR:USD is not in the cache\u001B[39m");
    rate = await askForRate(rates);
    await redis.set("rate:EUR:USD", rate, { expiration: { type: "EX", value: 600 } });
  }
  const priced = measure("price the orders", () =>
    listed.map(({ order, items }) => ({
      id: order.id,
      date: order.placed_at.toISOString().slice(0, 10),
      paid: order.paid,
      names: items.map(({ product_id, name }) => nameOf(product_id, name)),
      total: items.reduce((sum, { price, quantity }) => sum + Number(price) * quantity, 0) * Number(rate),
    })),
  );
  log.debug(`Prices in ${currency ?? "USD"} at ${rate}`);
  response.render("orders.html", { user: users.rows[0], orders: priced, currency: currency ?? "USD" });
}

function nameOf(id: number, name: string): string {
  const known = productNames.get(id);
  if (known === undefined) productNames.set(id, name);
  return known ?? name;
}

async function askForRate(rates: string): Promise<string> {
  const answer = await fetch(`${rates}/latest?base=EUR&to=USD&token=q8Zr1Lw0aTnB`);
  const { rate } = (await answer.json()) as { readonly rate: number };
  return String(rate);
}
