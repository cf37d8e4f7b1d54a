import type { Request, Response } from "express";
import type { Services } from "../services.ts";

interface Sale {
  readonly product: string;
  readonly day: number;
  readonly price: number;
}

/** The sales of a year. All of it is computed for each request, which a profile shows. */
export async function showReport({ database }: Services, _: Request, response: Response): Promise<void> {
  const { rows } = await database.query<{ name: string; price: string }>("select name, price from products");
  const sales = simulateSales(rows.map(({ name, price }) => ({ product: name, day: 0, price: Number(price) })));
  response.render("report.html", {
    months: totalsByMonth(sales),
    best: rankProducts(sales),
    days: totalsByDay(sales),
    median: formatPrice(medianPrice(sales)),
  });
}

function simulateSales(products: readonly Sale[]): readonly Sale[] {
  let seed = 7;
  return Array.from({ length: 60_000 }, (_, at) => {
    seed = (seed * 16_807) % 2_147_483_647;
    return { ...products[seed % products.length]!, day: at % 365 };
  });
}

function totalsByMonth(sales: readonly Sale[]): readonly string[] {
  const totals = Array.from({ length: 12 }, () => 0);
  for (const { day, price } of sales) {
    const month = new Date(2026, 0, 1 + day).getMonth();
    totals[month] = roundToCents(totals[month]! + price);
  }
  return totals.map(formatPrice);
}

function totalsByDay(sales: readonly Sale[]): readonly string[] {
  const days = Map.groupBy(sales, ({ day }) => day);
  return [...days.values()].map((list) => formatPrice(list.reduce((sum, { price }) => sum + price, 0)));
}

function medianPrice(sales: readonly Sale[]): number {
  const sorted = sales.toSorted((one, other) => one.price - other.price || one.day - other.day);
  return sorted[Math.floor(sorted.length / 2)]!.price;
}

function roundToCents(price: number): number {
  return Number(price.toFixed(2));
}

function rankProducts(sales: readonly Sale[]): readonly string[] {
  const totals = new Map<string, number>();
  for (const { product, price } of sales) totals.set(product, roundToCents((totals.get(product) ?? 0) + price));
  return [...totals]
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, total]) => `${name}: ${formatPrice(total)}`);
}

function formatPrice(price: number): string {
  // A new formatter for each price is slow, as the profile says.
  return new Intl.NumberFormat("en", { style: "currency", currency: "EUR" }).format(price);
}
