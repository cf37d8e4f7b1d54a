import { request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form, json, multipart } from "../requests.ts";
import { show } from "../show.ts";

const fields = (count: number): { name: string; content: string }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `f${index}`, content: "1" }));
const chunked = (path: string, ...chunks: readonly string[]): { request: string; body: Uint8Array } => ({
  request: `POST ${path}\nContent-Type: text/plain\nTransfer-Encoding: chunked`,
  body: Buffer.from([...chunks, ""].map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join("")),
});

/** MAX_CONTENT_LENGTH, MAX_FORM_MEMORY_SIZE and MAX_FORM_PARTS. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config.update({ MAX_CONTENT_LENGTH: 1000, MAX_FORM_MEMORY_SIZE: 300, MAX_FORM_PARTS: 3 });
    app.post("/data", { endpoint: "data" }, () => String(request.getData().length));
    app.post("/form", { endpoint: "form" }, () =>
      show(Object.fromEntries([...request.form.items()].map(([name, value]) => [name, value.length]))),
    );
    app.post("/json", { endpoint: "as_json" }, () => String((request.json as unknown[]).length));
    app.post("/unread", { endpoint: "unread" }, () => "not read");
    app.errorHandler(413, (error) => [`too large: ${error.code}`, 413]);
    app.afterRequest((response) => {
      response.headers.set("X-After", "1");
      return response;
    });
    return app;
  },
  requests: [
    "POST /data\n\nsmall",
    `POST /data\n\n${"x".repeat(1000)}`,
    `POST /data\n\n${"x".repeat(1001)}`,
    `POST /data\n\n${"x".repeat(20_000)}`,
    form("/form", `a=${"x".repeat(200)}`),
    form("/form", `a=${"x".repeat(400)}`),
    form("/form", `a=${"x".repeat(1400)}`),
    form("/form", "a=1&b=2&c=3&d=4&e=5"),
    multipart("/form", fields(3)),
    multipart("/form", fields(4)),
    multipart("/form", [{ name: "a", content: "x".repeat(400) }]),
    multipart("/form", [{ name: "a", content: "x".repeat(2000) }]),
    json("/json", `[${"1,".repeat(600)}1]`),
    json("/json", "[1,2]"),
    `POST /unread\n\n${"x".repeat(5000)}`,
    `POST /nowhere\n\n${"x".repeat(5000)}`,
    chunked("/data", "abc", "defgh"),
    chunked("/data", "x".repeat(600), "y".repeat(600)),
    chunked("/unread", "x".repeat(2000)),
    "POST /data",
    "POST /data\nContent-Length: 0",
    "POST /data\nContent-Length: abc",
  ],
};
