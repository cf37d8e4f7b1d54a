import type { Request, Response } from "express";
import { charge } from "../bank/charge.ts";

const CARTS: Readonly<Record<string, { readonly total: number; readonly account: string }>> = {
  "7": { total: 84, account: "savings" },
};

/** Pays a cart, and shows the receipt. */
export async function pay(request: Request, response: Response): Promise<void> {
  const cart = CARTS[String(request.params["id"])]!;
  const left = await payCart(cart.account, cart.total);
  response.send(`<p>Paid. ${left} € are left.</p>`);
}

async function payCart(account: string, total: number): Promise<number> {
  try {
    return await charge(account, total);
  } catch (error) {
    throw new Error(`The bank did not charge ${total} € to the account “${account}”.`, { cause: error });
  }
}
