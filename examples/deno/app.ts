import type { Session } from "latchkey";

export interface Data {
  visits: number;
}

export function answer(request: Request, session: Session<Data>): Response {
  const { pathname } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case "GET /": {
      countVisit(session);
      const messages = session.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
      const [path, label] = session.subject === undefined ? ["/login", "Log in"] : ["/logout", "Log out"];
      const page = `<!doctype html><html><head><title>Latchkey</title></head><body>${messages.join("")}
        <p>Visit ${session.data.visits}</p>
        <form method="post" action="${path}"><button>${label}</button></form></body></html>`;
      return new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8" } });
    }
    case "POST /login":
      // A real application checks a password here.
      session.login("ada");
      session.flash("Welcome, Ada.");
      return seeHome();
    case "POST /logout":
      session.logout();
      return seeHome();
    case "GET /me":
      if (session.subject === undefined) return new Response("Log in first.\n", { status: 401 });
      return new Response(`You are ${session.subject}.\n`);
    case "GET /error":
      countVisit(session);
      throw new Error("An error of the handler. The session is saved.");
    case "GET /clock":
      countVisit(session);
      return new Response(clock(), { headers: { "Content-Type": "text/event-stream" } });
    default:
      return new Response("Not found\n", { status: 404 });
  }
}

function countVisit({ data }: Session<Data>): void {
  data.visits = (data.visits ?? 0) + 1;
}

function seeHome(): Response {
  return new Response(null, { status: 303, headers: { Location: "/" } });
}

/** The time, four times a second, for as long as somebody reads it. */
function clock(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      controller.enqueue(encoder.encode(`data: ${new Date().toISOString()}\n\n`));
    },
  });
}
