import { afterEach, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type ToolbarRequest } from "../../src/toolbar/index.ts";

const KEY = generateSecretKey();
const SECRETS = {
  cookie: "c00kie-value-of-the-visitor",
  bearer: "b3arer-token-of-the-visitor",
  query: "qu3ry-token",
  password: "hunter2-and-more",
};
let toolbar: Toolbar;
afterEach(() => toolbar.close());

function asks(url: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): ToolbarRequest {
  const all: Readonly<Record<string, string>> = { host: "localhost", ...headers };
  return {
    method,
    url,
    header: (name) => all[name],
    headers: Object.entries(all),
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
  };
}

/** A page that was answered: its id, and the token in the address of its script. */
function visit(url: string, headers: Readonly<Record<string, string>> = {}): { id: string; token: string } {
  const request = asks(url, { "sec-fetch-dest": "document", ...headers });
  const exchange = toolbar.begin(request, {})!;
  const tail = toolbar.respond(exchange, request, { status: 200, headers: [["Content-Type", "text/html"]] })?.() ?? "";
  toolbar.finish(exchange);
  const address = new URL(/src="([^"]+)"/.exec(tail)![1]!.replaceAll("&amp;", "&"), "http://localhost");
  return { id: address.searchParams.get("exchange")!, token: address.searchParams.get("token")! };
}

function read(
  path: string,
  token: string,
): { status: number; body: string; headers: Readonly<Record<string, string>> } {
  const answer = toolbar.handle(asks(`/_latchkey${path}${path.includes("?") ? "&" : "?"}token=${token}`))!;
  return { status: answer.status, body: answer.body as string, headers: answer.headers };
}

describe("copies, comparisons and exports", () => {
  test("are for those who may read the record", () => {
    toolbar = new Toolbar({ keys: KEY });
    const first = visit("/first");
    const second = visit("/second");
    const paths = ({ id }: { id: string }): string[] => [`/exchanges/${id}/copies`, `/exchanges/${id}?format=record`];
    for (const path of paths(first)) {
      expect(read(path, first.token).status, path).toBe(200);
      expect(read(path, second.token).status, path).toBe(404);
      expect(read(path, "").status, path).toBe(404);
    }
    for (const path of paths(second)) expect(read(path, first.token).status, path).toBe(200);
    for (const [before, after] of [
      [first, second],
      [second, first],
    ] as const) {
      const path = `/compare?before=${before.id}&after=${after.id}`;
      expect(read(path, first.token).status).toBe(200);
      expect(read(path, second.token).status).toBe(404);
    }
    expect(read(`/compare?before=${second.id}&after=${second.id}`, second.token).status).toBe(200);
    expect(read(`/compare?before=nothing&after=${second.id}`, second.token).status).toBe(404);
    expect(read("/compare", second.token).status).toBe(404);
  });

  test("hold no secret of the request", () => {
    toolbar = new Toolbar({ keys: KEY });
    const { id, token } = visit(`/cart?token=${SECRETS.query}&password=${SECRETS.password}`, {
      cookie: `session=${SECRETS.cookie}`,
      authorization: `Bearer ${SECRETS.bearer}`,
      referer: `http://localhost/?token=${SECRETS.query}`,
    });
    for (const path of [
      `/exchanges/${id}/copies`,
      `/exchanges/${id}?format=record`,
      `/compare?before=${id}&after=${id}`,
    ]) {
      const { body } = read(path, token);
      for (const secret of Object.values(SECRETS)) expect(body, path).not.toContain(secret);
    }
    expect(read(`/exchanges/${id}/copies`, token).body).toContain("COOKIE_SESSION");
  });

  test("are modules and files as well", () => {
    toolbar = new Toolbar({ keys: KEY });
    const { id, token } = visit("/");
    expect(read(`/exchanges/${id}/copies?as=module`, token).body).toMatch(/^export default \{"curl":/);
    const file = read(`/exchanges/${id}?format=record&save=1`, token);
    expect(file.headers["Content-Disposition"]).toBe("attachment");
    expect(JSON.parse(file.body)).toMatchObject({ version: 1, summary: { id, host: "localhost", kind: "document" } });
  });
});

describe("the list", () => {
  const list = (token: string): Readonly<Record<string, unknown>> =>
    JSON.parse(read("/exchanges", token).body) as Readonly<Record<string, unknown>>;

  test("says once what links to the editor are made of", () => {
    toolbar = new Toolbar({ keys: KEY, directory: "/app", editorPaths: { "/app": "/home/ada" }, slowMs: 70 });
    expect(list(visit("/").token)).toMatchObject({
      slowMs: 70,
      editor: { template: "vscode://file{file}:{line}", directory: "/app", paths: [["/app", "/home/ada"]] },
    });
  });

  test("says nothing of it where no links are wanted", () => {
    toolbar = new Toolbar({ keys: KEY, editor: "" });
    expect(list(visit("/").token)["editor"]).toBeUndefined();
  });

  test.each([
    [{ "sec-fetch-dest": "document" }, "/", "document"],
    [{ "sec-fetch-dest": "iframe" }, "/", "document"],
    [{ "sec-fetch-dest": "empty", "sec-fetch-mode": "navigate" }, "/", "document"],
    [{ "sec-fetch-dest": "empty" }, "/", "fetch"],
    [{ "sec-fetch-dest": "image" }, "/", "asset"],
    [{ "sec-fetch-dest": "style" }, "/", "asset"],
    [{ "sec-fetch-dest": "" }, "/favicon.ico", "asset"],
  ])("U11: knows what asked: %j %s", (headers, url, kind) => {
    toolbar = new Toolbar({ keys: KEY });
    const { token } = visit("/first");
    const request = asks(url, Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== "")));
    const exchange = toolbar.begin(request, {})!;
    toolbar.finish(exchange);
    expect((list(token)["exchanges"] as { kind: string }[])[0]!.kind).toBe(kind);
  });
});
