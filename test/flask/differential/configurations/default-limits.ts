import { request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form, multipart } from "../requests.ts";

/** What is read where no limit is set. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.post("/data", { endpoint: "data" }, () => String(request.getData().length));
    app.post("/form", { endpoint: "form" }, () =>
      String([...request.form.values()].reduce((sum, value) => sum + value.length, 0)),
    );
    app.post("/file", { endpoint: "file" }, async () => String((await request.files["f"]!.read()).length));
    return app;
  },
  requests: [
    `POST /data\n\n${"x".repeat(900_000)}`,
    `POST /data\n\n${"x".repeat(2_000_000)}`,
    form("/form", `a=${"x".repeat(400_000)}`),
    form("/form", `a=${"x".repeat(600_000)}`),
    multipart("/form", [{ name: "a", content: "x".repeat(600_000) }]),
    multipart("/file", [{ name: "f", filename: "a", content: "x".repeat(600_000) }]),
    multipart("/file", [{ name: "f", filename: "a", content: "x".repeat(2_000_000) }]),
    multipart(
      "/form",
      Array.from({ length: 1001 }, (_, index) => ({ name: `f${index}`, content: "1" })),
    ),
  ],
};
