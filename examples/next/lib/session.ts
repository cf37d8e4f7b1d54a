import { SessionManager, type KeyRing } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { session } from "latchkey/next";

interface Data {
  visits: number;
  color: string;
}

// `next build` imports this file without a key: the first request loads it.
let ring: KeyRing | undefined;
export const keys = () => (ring ??= loadKeyRing({ env: process.env }));

export const { getSession, withSession, action, proxy } = session(new SessionManager<Data>({ keys }), {
  // Where a proxy ends TLS: trustProxy: true
  onError: (error) => {
    console.error(error);
    return new Response("Something went wrong.", { status: 500 });
  },
});
