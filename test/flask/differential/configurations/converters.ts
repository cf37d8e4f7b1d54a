import { BaseConverter, ValidationError } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

class List extends BaseConverter {
  override toPython(text: string): string[] {
    return text.split("+");
  }
  override toUrl(values: unknown): string {
    return (values as string[]).map((value) => super.toUrl(value)).join("+");
  }
}

class Even extends BaseConverter {
  override regex = "[0-9]+";
  override toPython(text: string): number {
    if (Number(text) % 2 !== 0) throw new ValidationError();
    return Number(text);
  }
}

const RULES: readonly string[] = [
  "/@<user>",
  "/v<int:v>/x",
  "/pre-<int:a>-<b>",
  "/file/<name>.<ext>",
  "/<int:year>-<int:month>",
  "/any/<any(xhr, fetch):js>",
  "/any2/<any('a b', \"c,d\"):x>",
  "/min/<int(min=1):n>",
  "/max/<int(max=9):n>",
  "/digits/<int(fixed_digits=3):n>",
  "/signed/<int(signed=True):n>",
  "/fsigned/<float(signed=True):x>",
  "/fmin/<float(min=0.5):x>",
  "/lang/<string(length=2):lang>",
  "/short/<string(maxlength=3):s>",
  "/long/<string(minlength=3):s>",
  "/star*",
  "/colon/:x",
  "/plus+",
  "/paren(1)",
  "/q?",
  "/list/<list:names>",
  "/even/<even:n>",
  "/even/<name>",
  "/page/<path:p>.html",
  "/x<a>y<b>z",
];

/** Converters with arguments, converters of the application's own, and variables beside text. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.urlMap.converters["list"] = List;
    app.urlMap.converters["even"] = Even;
    for (const rule of RULES) app.route(rule, { endpoint: rule }, (values) => `${rule} ${show(values)}`);
    return app;
  },
  requests: [
    "GET /@ada",
    "GET /@",
    "GET /@ada/x",
    "GET /v1/x",
    "GET /va/x",
    "GET /pre-12-x",
    "GET /pre-12-x-y",
    "GET /pre-a-x",
    "GET /file/a.txt",
    "GET /file/a.b.txt",
    "GET /file/a",
    "GET /2026-11",
    "GET /2026-xx",
    "GET /any/xhr",
    "GET /any/fetch",
    "GET /any/other",
    "GET /any2/a%20b",
    "GET /any2/c,d",
    "GET /any2/c",
    "GET /min/1",
    "GET /min/0",
    "GET /max/9",
    "GET /max/10",
    "GET /digits/042",
    "GET /digits/42",
    "GET /signed/-5",
    "GET /signed/5",
    "GET /fsigned/-1.5",
    "GET /fmin/0.25",
    "GET /fmin/0.75",
    "GET /lang/de",
    "GET /lang/deu",
    "GET /short/abc",
    "GET /short/abcd",
    "GET /long/ab",
    "GET /long/abcde",
    "GET /star*",
    "GET /starfish",
    "GET /star",
    "GET /colon/:x",
    "GET /colon/zzz",
    "GET /plus+",
    "GET /pluss",
    "GET /paren(1)",
    "GET /q%3F",
    "GET /q?",
    "GET /list/a+b+c",
    "GET /list/a",
    "GET /even/4",
    "GET /even/5",
    "GET /page/a/b.html",
    "GET /xAyBz",
    "GET /xAyz",
  ],
};
