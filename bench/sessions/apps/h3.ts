import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ANSWER, nextCount, peer, SECRET, sizeIn, visitorOf, type Contender, type Visitor } from "../contender.ts";

interface H3Session {
  readonly data: Partial<Visitor>;
  update(entries: Partial<Visitor>): Promise<unknown>;
}
interface Event {
  readonly req: { readonly url: string };
}
interface H3 {
  H3: new () => { get(path: string, handler: (event: Event) => unknown): void };
  toNodeHandler(app: unknown): RequestListener;
  useSession(event: Event, options: unknown): Promise<H3Session>;
}

function h3(name: string, isBare: boolean): Contender {
  return {
    name,
    framework: "h3",
    needs: "h3",
    guarantee: isBare ? undefined : "encrypted",
    start: async () => {
      const { H3, toNodeHandler, useSession } = (await peer("h3")) as unknown as H3;
      const open = async (event: Event): Promise<H3Session | undefined> =>
        isBare
          ? undefined
          : await useSession(event, { password: SECRET, name: "sid", maxAge: 1_209_600, cookie: { secure: false } });
      const app = new H3();
      app.get("/untouched", () => ANSWER);
      app.get("/read", async (event) => {
        void (await open(event))?.data.name;
        return ANSWER;
      });
      app.get("/write", async (event) => {
        await (await open(event))?.update({ visits: nextCount() });
        return ANSWER;
      });
      app.get("/login", async (event) => {
        await (await open(event))?.update(visitorOf(sizeIn(event.req.url)));
        return ANSWER;
      });
      const server = createServer(toNodeHandler(app)).listen(0, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    },
  };
}

/** Latchkey has no adapter for h3; its figures on node:http stand beside these. */
export const H3_SESSIONS: readonly Contender[] = [h3("bare", true), h3("h3 useSession", false)];
