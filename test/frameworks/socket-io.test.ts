import { io as connect, type Socket } from "socket.io-client";
import { afterEach, describe, expect, test } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { Visitor } from "../support/walk/visitor.ts";
import { walkPage } from "../support/walk/walk-page.ts";

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** Opens a socket, and says what came of it. */
async function greet(url: string, transport: string, cookie: string): Promise<[Socket, unknown]> {
  const extraHeaders = { cookie };
  const socket = connect(url, { transports: [transport], extraHeaders, reconnection: false, forceNew: true });
  sockets.push(socket);
  const said = await new Promise((resolve) => {
    socket.once("hello", resolve);
    socket.once("connect_error", ({ message }) => resolve(message));
  });
  return [socket, said];
}

walkPage(
  "socket-io",
  [
    { title: "in development", mode: "development", command: () => ["npm", "run", "dev"] },
    { title: "in production", mode: "production", command: () => ["npm", "start"] },
  ],
  {
    checkTypes: true,
    more: (_, url) => {
      test.each(["polling", "websocket"])(
        "opens a socket for a visitor who has logged in, by %s",
        async (transport) => {
          const visitor = new Visitor(url());
          await visitor.get("/");
          expect((await greet(url(), transport, await visitor.cookies()))[1]).toBe("not logged in");
          await visitor.post("/login");
          const [socket, name] = await greet(url(), transport, await visitor.cookies());
          expect(name).toBe("ada");
          const closed = new Promise((resolve) => void socket.once("disconnect", resolve));
          await visitor.post("/logout");
          expect(await closed).toBe("io server disconnect");
          expect((await greet(url(), transport, await visitor.cookies()))[1]).toBe("not logged in");
        },
      );

      describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
        test("the page's socket belongs to its visitor", async () => {
          const browser = await launchBrowser();
          try {
            const page = await browser.newPage();
            const socket = page.locator("#socket");
            await page.goto(`${url()}/`);
            await expect.poll(() => socket.textContent()).toBe("No socket: not logged in");
            await page.getByRole("button", { name: "Log in" }).click();
            await expect.poll(() => socket.textContent()).toBe("The socket belongs to ada");
            await page.getByRole("button", { name: "Log out" }).click();
            await expect.poll(() => socket.textContent()).toBe("No socket: not logged in");
          } finally {
            await browser.close();
          }
        });
      });
    },
  },
);
