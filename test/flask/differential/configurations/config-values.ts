import { join } from "node:path";
import { currentApp } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

const NAMES = [
  "DEBUG",
  "TESTING",
  "PROPAGATE_EXCEPTIONS",
  "SECRET_KEY_FALLBACKS",
  "PERMANENT_SESSION_LIFETIME",
  "USE_X_SENDFILE",
  "TRUSTED_HOSTS",
  "SERVER_NAME",
  "APPLICATION_ROOT",
  "SESSION_COOKIE_NAME",
  "SESSION_COOKIE_DOMAIN",
  "SESSION_COOKIE_PATH",
  "SESSION_COOKIE_HTTPONLY",
  "SESSION_COOKIE_SECURE",
  "SESSION_COOKIE_PARTITIONED",
  "SESSION_COOKIE_SAMESITE",
  "SESSION_REFRESH_EACH_REQUEST",
  "MAX_CONTENT_LENGTH",
  "MAX_FORM_MEMORY_SIZE",
  "MAX_FORM_PARTS",
  "SEND_FILE_MAX_AGE_DEFAULT",
  "TRAP_BAD_REQUEST_ERRORS",
  "TRAP_HTTP_EXCEPTIONS",
  "EXPLAIN_TEMPLATE_LOADING",
  "PREFERRED_URL_SCHEME",
  "TEMPLATES_AUTO_RELOAD",
  "MAX_COOKIE_SIZE",
  "PROVIDE_AUTOMATIC_OPTIONS",
];
const VALUES = [
  "OWN_A",
  "OWN_B",
  "lower",
  "OWN_MAP",
  "own_map",
  "OWN_KEYWORD",
  "FROM_FILE",
  "lower_case",
  "NUMBER",
  "TEXT",
  "TRUE",
  "LIST",
  "DEEP",
  "QUOTED",
  "NOTHING",
];

class Settings {
  static OWN_A = "a";
  static OWN_B = [1, 2];
  static lower = "not taken";
}

/** app.config: its defaults, and the ways to fill it. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const defaults = Object.fromEntries(NAMES.map((name) => [name, app.config[name]]));
    app.config.fromObject(Settings);
    app.config.fromMapping({ OWN_MAP: 1, own_map: 2, OWN_KEYWORD: 3 });
    app.config.fromFile(join(FOLDER, "static", "settings.json"), JSON.parse);
    app.config.fromFile(join(FOLDER, "static", "none.json"), JSON.parse, { silent: true });
    Object.assign(process.env, {
      DIFFTEST_NUMBER: "7",
      DIFFTEST_TEXT: "plain text",
      DIFFTEST_TRUE: "true",
      DIFFTEST_LIST: "[1, 2]",
      DIFFTEST_DEEP__ONE: "1",
      DIFFTEST_DEEP__TWO__THREE: "3",
      DIFFTEST_QUOTED: '"quoted"',
    });
    app.config.fromPrefixedEnv("DIFFTEST");
    app.config["IMAGE_STORE_TYPE"] = "fs";
    app.config["IMAGE_STORE_PATH"] = "/var";
    app.route("/default/<name>", { endpoint: "default" }, ({ name }) => show(defaults[name]));
    app.route("/value/<name>", { endpoint: "value" }, ({ name }) => show(currentApp.config.get(name, "none")));
    app.route("/namespace", { endpoint: "namespace" }, () =>
      show([
        app.config.getNamespace("IMAGE_STORE_"),
        app.config.getNamespace("IMAGE_", { lowercase: false, trimNamespace: false }),
      ]),
    );
    app.route("/missing", { endpoint: "missing" }, () => {
      try {
        app.config.fromFile(join(FOLDER, "none.json"), JSON.parse);
      } catch {
        return "an error";
      }
      return "no error";
    });
    return app;
  },
  requests: [
    ...NAMES.map((name) => `GET /default/${name}`),
    ...VALUES.map((name) => `GET /value/${name}`),
    "GET /namespace",
    "GET /missing",
  ],
};
