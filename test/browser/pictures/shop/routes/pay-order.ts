import type { Request, Response } from "express";
import { charge } from "../bank/charge.ts";
import type { Services } from "../services.ts";

/** Pays an order by card. */
export async function payOrder({ database, log }: Services, request: Request, response: Response): Promise<void> {
  const id = Number(request.params["id"]);
  const { rows } = await database.query<{ cents: number }>(
    "select round(sum(price * quantity) * 100)::int as cents from order_items join products on id = product_id where order_id = $1",
    [id],
  );
  const reference = await payByCard(id, rows[0]?.cents ?? 0);
  log.info("Paid", { order: id, reference });
  response.redirect(303, "/orders");
}

async function payByCard(order: number, cents: number): Promise<string> {
  try {
    return await charge(cents);
  } catch (error) {
    throw new Error(`The bank did not charge ${(cents / 100).toFixed(2)} € for order ${order}`, { cause: error });
  }
}
