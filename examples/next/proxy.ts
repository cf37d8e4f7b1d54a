import { NextResponse, type NextRequest } from "next/server";
import { proxy } from "./lib/session";

export default proxy((request: NextRequest, session) => {
  if (request.method !== "GET") return;
  session.data.visits = (session.data.visits ?? 0) + 1;
  // A page cannot take messages out of the session, so it gets them in a header.
  const messages = session.flashes().map(({ message }) => message);
  const headers = new Headers(request.headers);
  headers.set("x-messages", encodeURIComponent(JSON.stringify(messages)));
  return NextResponse.next({ request: { headers } });
});

// The pages "/" and "/error", but not when Next.js follows a link before the visitor does.
export const config = {
  matcher: [{ source: "/(|error)", missing: [{ type: "header", key: "next-router-prefetch" }] }],
};
