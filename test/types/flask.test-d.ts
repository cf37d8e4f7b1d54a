import {
  type Flask,
  request,
  session,
  type FlaskRequest,
  type MultiDict,
  type ViewArguments,
  type ViewResult,
} from "latchkey/flask";
import { expectTypeOf, test } from "vitest";

declare const app: Flask;

test("F22: the arguments of a view follow from its rule", () => {
  expectTypeOf<ViewArguments<"/user/<int:id>/<name>">>().toExtend<{ readonly id: number; readonly name: string }>();
  expectTypeOf<ViewArguments<"/<any(en, de):lang>">["lang"]>().toEqualTypeOf<"en" | "de">();
  expectTypeOf<ViewArguments<'/<any("a","b"):lang>'>["lang"]>().toEqualTypeOf<"a" | "b">();
  expectTypeOf<ViewArguments<"/<int(min=1):n>">["n"]>().toEqualTypeOf<number>();
  expectTypeOf<ViewArguments<"/<string(length=2):lang>">["lang"]>().toEqualTypeOf<string>();
  expectTypeOf<ViewArguments<"/<int:year>-<int:month>.<ext>">>().toExtend<{
    year: number;
    month: number;
    ext: string;
  }>();
  app.get("/<int:id>", { defaults: { page: 1 } }, ({ id, page }) => {
    expectTypeOf(id).toEqualTypeOf<number>();
    expectTypeOf(page).toEqualTypeOf<number>();
    return "";
  });
  // @ts-expect-error the rule has no such variable
  app.get("/<int:id>", ({ name }) => String(name));
  // @ts-expect-error a view returns something
  app.get("/", () => undefined);
});

test("F22: lines of ports that are wrong are seen", () => {
  // @ts-expect-error "POST" is a list
  app.route("/", { methods: "POST" }, () => "");
  // @ts-expect-error the setting is always on
  app.config.SESSION_COOKIE_HTTPONLY = false;
  // @ts-expect-error a list
  app.config.TRUSTED_HOSTS = "example.com";
  // @ts-expect-error a status is a number, or begins with one
  expectTypeOf<readonly [string, "created"]>().toExtend<readonly [string, 201 | `${number} ${string}`]>();
  expectTypeOf<[string, 201]>().toExtend<ViewResult>();
  expectTypeOf<[string, { "X-A": string }]>().toExtend<ViewResult>();
});

test("G14, G19: requests and sessions have Flask's members", () => {
  expectTypeOf(request.args).toEqualTypeOf<MultiDict>();
  expectTypeOf(request.args.get("n")).toEqualTypeOf<string | null>();
  expectTypeOf(request.args.get("n", 1, { type: Number })).toEqualTypeOf<number>();
  expectTypeOf(request.form["name"]).toEqualTypeOf<string | undefined>();
  expectTypeOf<FlaskRequest["remoteAddr"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf(session.modified).toEqualTypeOf<boolean>();
});
