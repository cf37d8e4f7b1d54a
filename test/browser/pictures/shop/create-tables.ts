import type { Pool } from "pg";

const PRODUCTS = [
  ["Oat flakes, 1 kg", 2.89],
  ["Coffee beans, 500 g", 11.5],
  ["Dark chocolate, 70 %", 2.2],
  ["Olive oil, 750 ml", 9.95],
  ["Strawberry jam", 3.4],
  ["Sparkling water, 6 × 1 l", 4.74],
] as const;
/** The products of each order. */
const ORDERS = [[1, 2, 3], [2, 4], [5], [1, 6], [3, 4, 5], [2], [6, 1], [4]];

/** Makes the tables of the shop, with one customer who has eight orders. */
export async function createTables(database: Pool): Promise<void> {
  await database.query(`
    create table users (id int primary key, name text, email text unique);
    create table products (id int primary key, name text, price numeric);
    create table orders (id int primary key, user_id int references users, placed_at date, paid boolean);
    create table order_items (order_id int references orders, product_id int references products, quantity int);
    create index on orders (user_id)`);
  await database.query("insert into users values (7, 'Ada', 'ada@example.test')");
  for (const [at, [name, price]] of PRODUCTS.entries())
    await database.query("insert into products values ($1, $2, $3)", [at + 1, name, price]);
  for (const [at, products] of ORDERS.entries()) {
    const id = 1049 - at;
    await database.query("insert into orders values ($1, 7, date '2026-11-28' - $2::int, $3)", [id, at * 6, at > 0]);
    for (const product of products)
      await database.query("insert into order_items values ($1, $2, $3)", [id, product, 1 + (product % 3)]);
  }
}
