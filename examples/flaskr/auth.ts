import {
  Blueprint,
  flash,
  g,
  redirect,
  renderTemplate,
  request,
  session,
  urlFor,
  type ViewResult,
} from "latchkey/flask";
import { getDb } from "./db.ts";
import { checkPassword, hashPassword } from "./passwords.ts";

/** A row of the table of users. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly password: string;
}

/** Registration, login and logout, below `/auth`. */
export const auth = new Blueprint("auth", import.meta.url, { urlPrefix: "/auth" });

// Before each page of the application, so that templates and views know the user.
auth.beforeAppRequest(() => {
  const id = session.get("user_id");
  g["user"] =
    id === undefined
      ? null
      : (getDb()
          .prepare("SELECT * FROM user WHERE id = ?")
          .get(id as number) ?? null);
});

/** A view for users who are logged in. Others are sent to the login. */
export function loginRequired<Values>(view: (values: Values) => ViewResult): (values: Values) => ViewResult {
  return (values) => (g["user"] === null ? redirect(urlFor("auth.login")) : view(values));
}

auth.route("/register", { methods: ["GET", "POST"] }, async function register() {
  if (request.method === "POST") {
    const username = request.form["username"]!;
    const password = request.form["password"]!;
    let error: string | undefined;
    if (username === "") error = "Choose a name.";
    else if (password === "") error = "Choose a password.";
    else {
      const { changes } = getDb()
        .prepare("INSERT INTO user (username, password) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .run(username, await hashPassword(password));
      if (changes === 1) return redirect(urlFor("auth.login"));
      error = `The name ${username} is taken.`;
    }
    flash(error);
  }
  return renderTemplate("auth/register.html");
});

auth.route("/login", { methods: ["GET", "POST"] }, async function login() {
  if (request.method === "POST") {
    const user = getDb().prepare("SELECT * FROM user WHERE username = ?").get(request.form["username"]!) as
      | User
      | undefined;
    if (await checkPassword(user?.password, request.form["password"]!)) {
      session.clear();
      session["user_id"] = user!.id;
      return redirect(urlFor("index"));
    }
    flash("This name and this password do not belong together.");
  }
  return renderTemplate("auth/login.html");
});

auth.route("/logout", function logout() {
  session.clear();
  return redirect(urlFor("index"));
});
