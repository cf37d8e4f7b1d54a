const items = (count: number): object[] =>
  Array.from({ length: count }, (_, id) => ({
    id: (id * 7919) % 1000,
    sku: ((id * 104_729) % 7919).toString(36),
    qty: id % 7,
  }));
// The token is of the random digits that real ones are made of: one of 0123456789abcdef over and
// over is what zlib waits for.
const user = { user_id: 12_345, name: "Ada Lovelace", csrf: "9f86d081884c7d659a2feaa0" };
/** Sessions of users, by their size. */
export const payloads = Object.entries({
  "80 B": user,
  "500 B": { ...user, cart: items(13) },
  "3 kB": { ...user, cart: items(95) },
});
