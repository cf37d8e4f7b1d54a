import { request, session } from "latchkey/flask";
import { newApp, OLD_KEY, type Configuration, type Exchange } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

const DAY = 24 * 60 * 60;
const OTHER_KEY = "c0b5f7a2914e3d86f1a97b204cd85e631fa0b7c94d2e8356";
/** Signed with the key `dev` in 2011; no key of these applications has signed it. */
const FOREIGN = "eyJhIjoxfQ.TgPVoQ.iTkidb2VdXqpfbix2ikCQpMlV-w";
const twice = (path: string, exchange: Omit<Exchange, "request">): Exchange[] => [
  { request: `GET ${path}`, ...exchange },
  { request: "GET /set", ...exchange },
];

/** Session cookies that are old, foreign, broken or sent twice; and SECRET_KEY_FALLBACKS. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config["SECRET_KEY_FALLBACKS"] = [OLD_KEY];
    app.route("/read", function read() {
      return show({ ...session });
    });
    app.route("/untouched", function untouched() {
      return "untouched";
    });
    app.route("/set", function put() {
      session["b"] = 2;
      return show({ ...session });
    });
    app.route("/raw", function raw() {
      return "session" in request.cookies ? "True" : "False";
    });
    return app;
  },
  requests: [
    ...twice("/read", { session: { a: 1 } }),
    ...twice("/read", { session: { a: 1 }, age: 30 * DAY }),
    ...twice("/read", { session: { a: 1 }, age: 31 * DAY + 60 }),
    ...twice("/read", { session: { a: 1 }, age: -3600 }),
    ...twice("/read", { session: { a: 1 }, signedWith: OLD_KEY }),
    ...twice("/read", { session: { a: 1 }, signedWith: OTHER_KEY }),
    ...twice("/read", { session: { _permanent: true, a: 1 }, signedWith: OLD_KEY }),
    ...twice("/untouched", { session: { _permanent: true, a: 1 } }),
    ...twice("/untouched", { session: { a: 1 }, signedWith: OTHER_KEY }),
    ...twice("/read", { session: {} }),
    ...twice("/read", { session: null }),
    ...twice("/read", { session: [1, 2] }),
    ...twice("/read", { session: "text" }),
    ...twice("/read", { session: { _flashes: [{ " t": ["message", "hi"] }], _user_id: "7" } }),
    get("/read", `Cookie: session=${FOREIGN}`),
    get("/set", `Cookie: session=${FOREIGN}`),
    get("/read", "Cookie: session=garbage"),
    get("/set", "Cookie: session=garbage"),
    get("/read", "Cookie: session="),
    get("/read", "Cookie: session=..", "Cookie: other=1"),
    get("/read", `Cookie: session=${FOREIGN}; session=garbage`),
    get("/set", `Cookie: session=${FOREIGN}; session=garbage`),
    get("/untouched", "Cookie: session=garbage"),
    get("/raw", "Cookie: session=garbage"),
  ],
};
