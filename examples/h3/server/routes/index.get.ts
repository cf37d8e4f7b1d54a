import { sessionOf } from "latchkey/web";
import { defineHandler, html } from "nitro";
import { manager } from "../../session.ts";

export default defineHandler((event) => {
  const session = sessionOf(manager, event.req);
  session.data.visits = (session.data.visits ?? 0) + 1;
  const messages = session.flashes().map(({ message }) => message);
  const [path, label] = session.subject === undefined ? ["/login", "Log in"] : ["/logout", "Log out"];
  return html`<!doctype html>
    <html>
      <head>
        <title>Latchkey</title>
      </head>
      <body>
        <p><strong>${messages.join(" ")}</strong></p>
        <p>Visit ${session.data.visits}</p>
        <form method="post" action="${path}"><button>${label}</button></form>
      </body>
    </html>`;
});
