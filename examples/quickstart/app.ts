// The application of the article "Flask Secret Key", and what it only tells about: a session that
// links a visitor to a row, and a server that rejects a cookie that was tampered with. `npm start`
// runs it.
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { loadKeyRing } from "latchkey/keys";
import {
  abort,
  DebugToolbarExtension,
  flash,
  Flask,
  g,
  redirect,
  renderTemplate,
  request,
  session,
  urlFor,
} from "latchkey/flask";
import { SqliteStore } from "latchkey/stores/sqlite";
import { changeOneCharacter } from "./tamper.ts";
import { Users, type User } from "./users.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export function createApp(env: Environment): Flask {
  const app = new Flask(import.meta.url);
  // Takes effect where NODE_ENV says development, as `npm start` does.
  app.debug = true;
  app.config["SECRET_KEY"] = loadKeyRing({ env });

  const database = new DatabaseSync(env["DATABASE"] ?? fileURLToPath(new URL("quickstart.sqlite", import.meta.url)));
  const store = new SqliteStore(database);
  store.createSchema();
  app.config["SESSION_STORE"] = store;
  const users = new Users(database);

  new DebugToolbarExtension(app);

  app.beforeRequest(() => {
    // The browser itself says when another site sent the form.
    if (request.method === "POST" && request.headers.get("sec-fetch-site") === "cross-site") abort(403);
    if (session.subject !== undefined) g["user"] = users.get(session.subject);
  });
  app.afterRequest((response) => {
    if (!response.headers.has("Content-Security-Policy"))
      response.headers.set("Content-Security-Policy", "default-src 'self'");
    return response;
  });

  app.get("/", function index() {
    session["visits"] = Number(session.get("visits", 0)) + 1;
    return renderTemplate("index.html");
  });

  app.get("/signup", function signUp() {
    return renderTemplate("account.html", { title: "Sign up", action: urlFor("addUser") });
  });
  app.post("/signup", async function addUser() {
    const { name, password } = credentials();
    if (name === "" || password.length < 8)
      return again("signUp", "A name, and a password of eight characters or more, please.");
    const user = await users.add(name, password);
    if (user === undefined) return again("signUp", `The name ${name} is taken.`);
    return welcome(user, `Welcome, ${user.name}.`);
  });

  app.get("/login", function logIn() {
    return renderTemplate("account.html", { title: "Log in", action: urlFor("checkUser") });
  });
  app.post("/login", async function checkUser() {
    const { name, password } = credentials();
    const user = await users.check(name, password);
    return user === undefined
      ? again("logIn", "That name and password do not fit.")
      : welcome(user, `Welcome back, ${user.name}.`);
  });
  app.post("/logout", function logOut() {
    session.logout();
    return redirect(urlFor("index"));
  });

  app.get("/me", function me() {
    if (g["user"] === undefined) return redirect(urlFor("logIn"));
    return renderTemplate("me.html", {
      user: g["user"],
      session_id: session.id,
      row: database.prepare("SELECT * FROM latchkey_sessions WHERE id = ?").get(session.id ?? ""),
    });
  });

  // Does to the visitor's own cookie what an attacker would do: changes one character of it.
  app.post("/tamper", function tamper() {
    const [name, value] =
      Object.entries(request.cookies).find(([cookie]) => /^(__Host-Http-)?session$/.test(cookie)) ??
      abort(400, "There is no session cookie to tamper with yet.");
    const changed = changeOneCharacter(value);
    const response = redirect(urlFor("tampered", { at: changed.at, from: changed.from, to: changed.to }));
    response.headers.append(
      "Set-Cookie",
      `${name}=${changed.value}; Path=/; HttpOnly; SameSite=Lax${name.startsWith("__Host-") ? "; Secure" : ""}`,
    );
    return response;
  });
  app.get("/tampered", function tampered() {
    const { args } = request;
    return renderTemplate("tampered.html", {
      rejection: session.rejection,
      at: args.get("at"),
      from: args.get("from"),
      to: args.get("to"),
    });
  });

  return app;
}

function credentials(): { name: string; password: string } {
  return { name: (request.form.get("name") ?? "").trim(), password: request.form.get("password") ?? "" };
}

function again(endpoint: string, message: string): Response {
  flash(message, "error");
  return redirect(urlFor(endpoint));
}

function welcome(user: User, message: string): Response {
  session.login(String(user.id));
  flash(message, "success");
  return redirect(urlFor("me"));
}

if (import.meta.main) {
  const { HOST = "127.0.0.1", PORT = "5000" } = process.env;
  try {
    if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_535)
      throw new Error(`PORT must be a number from 0 to 65535. It is ${JSON.stringify(PORT)}. Fix: PORT=5000 npm start`);
    await createApp(process.env).run({ host: HOST, port: Number(PORT) });
  } catch (error) {
    // What a person at a terminal can repair is a sentence. A stack would hide it.
    console.error(sentenceOf(error, HOST, PORT));
    process.exitCode = 1;
  }
}

/** What went wrong, and the command that avoids it. */
function sentenceOf(error: unknown, host: string, port: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const other = Number(port) === 5001 ? 5002 : 5001;
  if (code === "EADDRINUSE")
    return `Port ${port} of ${host} is in use by another program. Fix: stop that program, or PORT=${other} npm start`;
  return message;
}
