import { expect } from "vitest";

/** How many comments of a running program were held against what it does. */
export const counter = { checks: 0 };

/** What `expression; // => value` says. */
export async function gives(run: () => unknown, expected: () => unknown): Promise<void> {
  counter.checks++;
  expect(await run()).toEqual(await expected());
}

/** What `expression; // throws Name` says. */
export async function refuses(run: () => unknown, name: string): Promise<void> {
  counter.checks++;
  await expect((async () => await run())()).rejects.toThrow(expect.objectContaining({ name }));
}
