import type { Clock } from "../clock.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import type { ToolbarRequest } from "./guard.ts";
import type { Panel } from "./panel.ts";

/** Options of a toolbar. */
export interface ToolbarOptions {
  /**
   * The secret key, or the ring that the sessions use. A function that returns one of these is
   * called when the first request comes, and not when the toolbar is made; see the option of
   * SessionManager. Then only the option `mode`, LATCHKEY_ENV or NODE_ENV can turn the toolbar on.
   * A ring that says production still turns it off. While it is off, the function is not called.
   */
  readonly keys: KeyRing | SecretKeyInput | (() => KeyRing | SecretKeyInput);
  /** Panels of your own, shown after the standard ones. Default: none. */
  readonly panels?: readonly Panel[] | undefined;
  /** How many requests the list shows, 1 to 10,000. Default: 100. Older ones are dropped. */
  readonly history?: number | undefined;
  /**
   * How many bytes the records of these requests may take, in memory and in the file, from 100,000.
   * Default: 20,000,000. If there are more, older requests are dropped before `history` is reached.
   */
  readonly historyBytes?: number | undefined;
  /**
   * The SQLite file in which requests are saved, so that they outlive the process and several
   * processes share them: a path, relative to `directory`, or false for memory alone. It holds what
   * the toolbar shows, without secrets, and only its owner can read it.
   *
   * Default: in development `.latchkey/requests.sqlite`, if `directory` has a package.json or a
   * folder `.latchkey`; otherwise memory alone. In tests (NODE_ENV is "test", or a test runner
   * runs), and without node:sqlite, it is memory alone too. The folder has a .gitignore for itself.
   */
  readonly historyFile?: string | false | undefined;
  /**
   * Host names of the server, in addition to `localhost` and `*.localhost`: `["dev.example.test"]`.
   * Under any other name, pages do not show the toolbar. Default: none.
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Addresses and networks that may see the toolbar, in addition to this machine:
   * `["172.17.0.0/16"]` for Docker's bridge. Default: none.
   *
   * A proxy has to be listed even if it runs on this machine (`["127.0.0.1"]`). List it only if it
   * sets `X-Forwarded-For` itself. If it passes on the visitor's own value, every visitor can
   * claim to be this machine.
   */
  readonly allow?: readonly string[] | undefined;
  /**
   * The path of the toolbar's own pages. Default: `/_latchkey`. While the toolbar is on, it answers
   * all requests under this path, and the application does not see them.
   */
  readonly prefix?: string | undefined;
  /**
   * The address under which browsers reach the application, where a proxy cuts off a part of the
   * path: `"/shop"`, or `"https://dev.example.test/shop"`. Pages load the toolbar's script from
   * there. Default: scheme and host of the request. The path of an Express or Koa mount, of a Hono
   * route or a Fastify prefix, and `X-Forwarded-Prefix` of a proxy in `allow`, are known without
   * it.
   */
  readonly base?: string | undefined;
  /**
   * A request of at least this many milliseconds is reported as slow, and a query of a fifth of it.
   * Default: 500.
   */
  readonly slowMs?: number | undefined;
  /**
   * Where the server runs: "production", "development", or "test", which counts as development.
   * Default: LATCHKEY_ENV, then NODE_ENV, then the mode of the key ring.
   *
   * The toolbar is on only if this option, NODE_ENV (or LATCHKEY_ENV) or the key ring says
   * development, and none of them says production.
   */
  readonly mode?: string | undefined;
  /**
   * Together with `authorize`, lets the toolbar run in production. Either of them alone throws in
   * production. Default: false.
   */
  readonly production?: boolean | undefined;
  /**
   * Called for every request that has passed the other checks, so it must be fast. Only `true`
   * shows the toolbar. An exception, a promise or any other value does not. Default: none.
   */
  readonly authorize?: ((request: ToolbarRequest) => boolean) | undefined;
  /**
   * The folder of the application's package.json. Default: the current directory. The panel
   * Versions reads it, paths in the toolbar are relative to it, and it holds the folder
   * `.latchkey`.
   */
  readonly directory?: string | undefined;
  /**
   * The editor that a click on a file and line opens: `"vscode"`, `"cursor"`, `"zed"`,
   * `"webstorm"`, `"idea"`, or an address with `{file}` and `{line}`, such as
   * `"emacs://open?file={file}&line={line}"`. `""` shows the places without links. Default:
   * `"vscode"`.
   */
  readonly editor?: string | undefined;
  /**
   * What paths on the server are called where the editor runs, for a server in a container:
   * `{ "/app": "/home/you/project" }`. Default: the same paths.
   */
  readonly editorPaths?: Readonly<Record<string, string>> | undefined;
  /**
   * The keys that open and close the toolbar: Ctrl, Alt or Meta, perhaps with Shift, and a letter,
   * a digit or a function key. Browsers have many of these for themselves; the toolbar takes its
   * own away from them on its pages. `""` leaves all keys to the page. Default: `"Shift+Alt+D"`.
   */
  readonly shortcut?: string | undefined;
  /**
   * Names of values that are hidden in addition to the usual ones, in all that is recorded:
   * headers, form fields, log lines, sessions. Case, `-`, `_` and `.` make no difference:
   * `["creditLimit"]` hides `credit_limit` too. Default: none.
   */
  readonly redactNames?: readonly string[] | undefined;
  /**
   * Secrets of your own by their form, such as `[/ACME-\d{8}/g]`. What fits is hidden in every text
   * that is recorded. Each needs the flag `g` and at most 1,000 characters. It runs on texts of up
   * to 16,000 characters, a few hundred times for each request: one that backtracks a lot makes
   * every request slow. Default: none.
   */
  readonly redactPatterns?: readonly RegExp[] | undefined;
  /**
   * Paths with a secret in them, such as `["/reset/:token"]`. The named parts are hidden wherever
   * such a path is recorded, and the token of the running request everywhere. Default: none.
   */
  readonly redactPaths?: readonly string[] | undefined;
  /**
   * Returns the settings that the panel *Config* shows: `() => settings`. It is called at most once
   * a second. Values are hidden by name, by form, and where they are one of the keys. Default: only
   * what the framework tells: Express's and Fastify's own settings, and the whole `app.config` of
   * `latchkey/flask`.
   */
  readonly config?: (() => object) | undefined;
  /**
   * Names of environment variables whose values the panel *Config* shows, in addition to a few that
   * hold no secret, such as NODE_ENV, TZ and PORT. Default: none. No other variable is ever read.
   */
  readonly environment?: readonly string[] | undefined;
  /** Tells the time in Unix seconds; for tests. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}
