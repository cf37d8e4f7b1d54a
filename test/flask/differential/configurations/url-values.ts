import { Blueprint, urlFor, type UrlForOptions } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";

const CALLS: Readonly<Record<string, readonly [endpoint: string, values: UrlForOptions]>> = {
  true: ["home", { q: true }],
  false: ["home", { q: false }],
  zero: ["home", { q: 0 }],
  float: ["home", { q: 0.5 }],
  small: ["home", { q: 1e-7 }],
  large: ["home", { q: 1e22 }],
  negative: ["home", { q: -1 }],
  emptylist: ["home", { q: [] }],
  nonelist: ["home", { q: [null, 1, null] }],
  boollist: ["home", { q: [true, "x"] }],
  mixed: ["home", { b: [1, 2], a: "x", c: null }],
  amp: ["home", { "a&b": "c=d" }],
  accentname: ["home", { é: "x" }],
  newline: ["home", { q: "a\nb\tc\r" }],
  nul: ["home", { q: "\0" }],
  plus: ["home", { q: "a+b %20" }],
  tilde: ["home", { q: "~-._!*'()@:/?#[];,&$" }],
  emoji: ["home", { q: "😀" }],
  anchorslash: ["home", { _anchor: "/a?b#c" }],
  anchoraccent: ["home", { _anchor: "é %20" }],
  anchorempty: ["home", { _anchor: "" }],
  anchornone: ["home", { _anchor: null as unknown as undefined }],
  externalfalse: ["home", { _external: false }],
  schemeempty: ["home", { _scheme: "", _external: true }],
  schemews: ["home", { _scheme: "wss" }],
  externalquery: ["home", { _external: true, q: "é", _anchor: "x" }],
  method: ["api", { _method: "POST" }],
  methodlower: ["api", { _method: "post" }],
  methodput: ["api", { _method: "PUT" }],
  methodunknown: ["api", { _method: "PATCH" }],
  methodnone: ["api", {}],
  boolvar: ["user", { name: true }],
  nonevar: ["user", { name: null }],
  emptyvar: ["user", { name: "" }],
  numbervar: ["user", { name: 7 }],
  floatvar: ["user", { name: 7.5 }],
  dotvar: ["user", { name: ".." }],
  percentvar: ["user", { name: "100%" }],
  encodedvar: ["user", { name: "a%2Fb" }],
  emojivar: ["user", { name: "😀" }],
  newlinevar: ["user", { name: "a\nb" }],
  intneg: ["int", { n: -5 }],
  intfloat: ["int", { n: 7.9 }],
  inttext: ["int", { n: "7" }],
  intbool: ["int", { n: true }],
  signed: ["signed", { n: -5 }],
  digits: ["digits", { n: 12_345 }],
  digits1: ["digits", { n: 1 }],
  ranged: ["ranged", { n: 50 }],
  floatwhole: ["float", { x: 3 }],
  floattext: ["float", { x: "2.50" }],
  floatsmall: ["float", { x: 1e-7 }],
  floatlarge: ["float", { x: 1e22 }],
  pathslashes: ["path", { p: "/a//b/" }],
  pathdots: ["path", { p: "../a" }],
  pathmarks: ["path", { p: "a b?c#d%e&f=g" }],
  fixed: ["fixed", { a: "x" }],
  fixedextra: ["fixed", { a: "x", n: 1 }],
  fixedother: ["fixed", { a: "x", n: 2 }],
  two: ["two", { a: 1 }],
  twob: ["two", { a: 1, b: 2 }],
  twoc: ["two", { a: 1, b: 2, c: 3 }],
  twoq: ["two", { a: 1, c: 3 }],
  dash: ["dash", { a: "x-y", b: "z" }],
  accented: ["accented", { a: "ü" }],
  marks: ["marks", {}],
  slash: ["slash", {}],
  relative: [".index", {}],
  relativebp: [".inner.index", {}],
  bp: ["bp.index", {}],
  bpinner: ["bp.inner.index", { x: 1 }],
  bpstatic: ["bp.static", { filename: "a b/é.css" }],
  bpmissing: ["bp.nothing", {}],
  static: ["static", { filename: "../x.css" }],
  staticquery: ["static", { filename: "x.css", v: 3 }],
  wrongany: ["anyof", { w: "c" }],
  anyof: ["anyof", { w: "a b" }],
  anybool: ["anyof", { w: "1" }],
  uuidtext: ["uuid", { u: "not a uuid" }],
};

const RULES: readonly (readonly [rule: string, endpoint: string])[] = [
  ["/", "home"],
  ["/user/<name>", "user"],
  ["/int/<int:n>", "int"],
  ["/signed/<int(signed=True):n>", "signed"],
  ["/digits/<int(fixed_digits=3):n>", "digits"],
  ["/ranged/<int(min=1, max=9):n>", "ranged"],
  ["/float/<float:x>", "float"],
  ["/path/<path:p>", "path"],
  ["/uuid/<uuid:u>", "uuid"],
  ["/any/<any('a b', b, '1'):w>", "anyof"],
  ["/two/<a>", "two"],
  ["/two/<a>/<b>", "two"],
  ["/dash/<a>-<b>", "dash"],
  ["/ü/<a>/é", "accented"],
  ["/a b/c?d/e#f/g%h/i&j=k", "marks"],
  ["/slash/", "slash"],
];

/** Addresses with values of every kind. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const nothing = (): string => "";
    const make = ({ name }: { readonly name: string }): string => {
      const [endpoint, values] = CALLS[name]!;
      try {
        return urlFor(endpoint, values);
      } catch {
        return "an error";
      }
    };
    for (const [rule, endpoint] of RULES) app.addUrlRule(rule, { endpoint, viewFunc: nothing });
    app.addUrlRule("/fixed/<a>", { endpoint: "fixed", viewFunc: nothing, defaults: { n: 1 } });
    app.addUrlRule("/api/get", { endpoint: "api", viewFunc: nothing, methods: ["GET"] });
    app.addUrlRule("/api/post", { endpoint: "api", viewFunc: nothing, methods: ["POST"] });
    app.addUrlRule("/api/put", { endpoint: "api", viewFunc: nothing, methods: ["PUT", "DELETE"] });
    const bp = new Blueprint("bp", FOLDER, { urlPrefix: "/bp", staticFolder: "static", staticUrlPath: "/assets" });
    const inner = new Blueprint("inner", FOLDER, { urlPrefix: "/inner" });
    for (const place of [app, bp]) place.addUrlRule("/make/<name>", { endpoint: "make", viewFunc: make });
    for (const place of [app, bp, inner]) place.addUrlRule("/index", { endpoint: "index", viewFunc: nothing });
    bp.registerBlueprint(inner);
    app.registerBlueprint(bp);
    return app;
  },
  requests: [
    ...Object.keys(CALLS).map((name) => get(`/make/${name}`)),
    ...["relative", "relativebp", "bp", "static", "externalquery"].map((name) => get(`/bp/make/${name}`)),
    ...["externalquery", "schemews", "schemeempty"].flatMap((name) => [
      get(`/make/${name}`, "Host: example.com:8080"),
      get(`/make/${name}`, "Host: [::1]:80"),
    ]),
  ],
};
