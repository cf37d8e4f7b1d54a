import { fileURLToPath } from "node:url";
import { generateSecretKey } from "latchkey/keys";
import { Flask, renderTemplate } from "latchkey/flask";
import { afterAll, describe, expect, test } from "vitest";
import { Toolbar, type Exchange } from "../../../src/toolbar/index.ts";

const toolbar = new Toolbar({ keys: generateSecretKey(), mode: "development" });
afterAll(() => toolbar.close());

const app = new Flask(fileURLToPath(new URL("../../flask/app", import.meta.url)));
app.config["SECRET_KEY"] = generateSecretKey();
app.route("/user/<int:id>", { endpoint: "user" }, () => "user");
app.route("/page", () => renderTemplate("index.html", { title: "hunter2", name: "hunter2" }));
app.route("/missing", () => renderTemplate("missing.html"));

/** Asks the application as a part of a recording. */
async function record(path: string): Promise<Exchange> {
  const request = new Request(`http://localhost${path}`);
  const exchange = toolbar.begin(
    {
      method: "GET",
      url: path,
      header: () => undefined,
      headers: [],
      remoteAddress: "127.0.0.1",
      httpVersion: "1.1",
    },
    request,
  )!;
  await toolbar.run(exchange, async () => await (await app.fetch(request)).text());
  toolbar.finish(exchange);
  return exchange;
}

describe("renderTemplate of latchkey/flask", () => {
  test("is a span with the names of the context, never a value", async () => {
    const { spans } = await record("/page");
    expect(spans).toMatchObject([
      { kind: "template", label: "index.html", detail: { names: ["title", "name"] }, error: null },
    ]);
    expect(spans[0]!.duration).not.toBeNull();
    expect(spans[0]!.where).toMatch(/^test\/toolbar\/sources\/flask-templates\.test\.ts:\d+$/);
    expect(JSON.stringify(spans)).not.toContain("hunter2");
  });

  test("has the error of a template that is not there", async () => {
    const { spans } = await record("/missing");
    expect(spans).toMatchObject([
      { label: "missing.html", error: expect.stringMatching(/^TemplateNotFound: There is no template "missing.html"/) },
    ]);
  });
});
