// A blog with accounts: everybody reads, who is logged in writes, and only the author changes a
// post. It has the parts that a first application of Flask has: a factory, a database, two
// blueprints, a command that makes the tables, and templates.
//
//     npm run build
//     export NODE_ENV=development
//     node dist/cli/bin.js flask --app examples/flaskr/app.ts init-db
//     node dist/cli/bin.js flask --app examples/flaskr/app.ts run
//
// In an application that has installed the package, the command is `npx latchkey flask`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadKeyRing } from "latchkey/keys";
import { Flask } from "latchkey/flask";
import { auth } from "./auth.ts";
import { blog } from "./blog.ts";
import { addDatabase } from "./db.ts";

/**
 * Makes an application.
 *
 * @param env where the key comes from: SECRET_KEY, or SECRET_KEY_FILE.
 * @param settings what differs from the defaults, such as the key and the database of a test.
 */
export function createApp(
  env: Readonly<Record<string, string | undefined>> = process.env,
  settings?: Readonly<Record<string, unknown>>,
): Flask {
  const app = new Flask(import.meta.url, { instanceRelativeConfig: true });
  app.config.fromMapping({ DATABASE: join(app.instancePath, "flaskr.sqlite"), SCRYPT_N: 2 ** 17 });
  if (settings === undefined) {
    app.config["SECRET_KEY"] = loadKeyRing({ env });
    // Settings of this machine, which are not part of the project.
    app.config.fromFile("config.json", JSON.parse, { silent: true });
  } else app.config.fromMapping(settings);
  mkdirSync(app.instancePath, { recursive: true });

  app.route("/hello", function hello() {
    return "Hello, World!";
  });

  addDatabase(app);
  app.registerBlueprint(auth);
  app.registerBlueprint(blog);
  // `urlFor("index")` is the page with all posts, as well as `urlFor("blog.index")`.
  app.addUrlRule("/", { endpoint: "index" });
  return app;
}

if (import.meta.main) await createApp().run({ port: Number(process.env["PORT"] ?? 5000) });
