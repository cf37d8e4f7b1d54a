import { flash, getFlashedMessages, session } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

const RUN: Readonly<Record<string, () => unknown>> = {
  nothing: () => "nothing",
  read: () => session.get("a"),
  in: () => "a" in session,
  length: () => Object.keys(session).length,
  set: () => void (session["a"] = 1),
  pop: () => session.pop("a", null),
  clear: () => session.clear(),
  permanent: () => void (session.permanent = true),
  flash: () => flash("x"),
  messages: () => getFlashedMessages(),
};

/** No secret key. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config["SECRET_KEY"] = undefined;
    for (const [name, run] of Object.entries(RUN))
      app.route(`/${name}`, { endpoint: name }, () => {
        try {
          return show(run());
        } catch (error) {
          return [error instanceof Error ? error.message : "", 500];
        }
      });
    return app;
  },
  requests: [
    ...Object.keys(RUN).map((name) => `GET /${name}`),
    get("/read", "Cookie: session=eyJhIjoxfQ.TgPVoQ.iTkidb2VdXqpfbix2ikCQpMlV-w"),
    get("/nothing", "Cookie: session=eyJhIjoxfQ.TgPVoQ.iTkidb2VdXqpfbix2ikCQpMlV-w"),
  ],
};
