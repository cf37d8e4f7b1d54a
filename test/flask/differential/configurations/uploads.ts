import { request, type FileStorage } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form, multipart } from "../requests.ts";
import { show } from "../show.ts";

const text = { name: "f", filename: "a.txt", type: "text/plain", content: "content of a" };
const broken = (path: string, head: string, body: string): { request: string; body: Uint8Array } => ({
  request: `POST ${path}\nContent-Type: ${head}`,
  body: Buffer.from(body),
});
const part = 'Content-Disposition: form-data; name="a"\r\n\r\n1\r\n';

/** Files that are sent. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const facts = async (file: FileStorage): Promise<unknown[]> => [
      file.field,
      file.filename,
      file.contentType,
      file.mimetype,
      (await file.read()).toString(),
    ];
    app.post("/files", { endpoint: "files" }, async () => {
      const files = [...request.files.keys()].sort().flatMap((name) => request.files.getlist(name));
      return show(await Promise.all(files.map(facts)));
    });
    app.post("/one", { endpoint: "one" }, async () => show(await facts(request.files["f"]!)));
    app.post("/get", { endpoint: "get" }, async () => {
      const file = request.files.get("f");
      return file === null ? "none" : show(await facts(file));
    });
    app.post("/form", { endpoint: "form" }, () =>
      show([request.form.toDict({ flat: false }), [...request.files.keys()].sort()]),
    );
    app.post("/truth", { endpoint: "truth" }, () => {
      const file = request.files.get("f");
      return show([file !== null && file.filename !== "", "f" in request.files, file && file.filename === ""]);
    });
    app.post("/unread", { endpoint: "unread" }, () => "not read");
    return app;
  },
  requests: [
    multipart("/files", [text]),
    multipart("/files", [text, { ...text, filename: "b.txt", content: "b" }, { ...text, filename: "c.txt" }]),
    multipart("/files", [text, { ...text, name: "g" }]),
    multipart("/files", [{ name: "f", filename: "a.bin", content: "x" }]),
    multipart("/files", [{ ...text, filename: "é €.txt" }]),
    multipart("/files", [{ ...text, filename: "C:\\folder\\a.txt" }]),
    multipart("/files", [{ ...text, filename: "../a.txt" }]),
    multipart("/files", [{ ...text, filename: 'a\\"b.txt' }]),
    multipart("/files", [{ ...text, filename: "a%22b.txt" }]),
    multipart("/files", [{ ...text, type: "text/html; charset=utf-8" }]),
    multipart("/files", [{ ...text, content: "" }]),
    multipart("/files", [{ ...text, content: "line\r\nline\r\n" }]),
    multipart("/files", [{ ...text, content: "--boundary" }]),
    multipart("/files", []),
    multipart("/one", [text]),
    multipart("/one", [{ name: "other", content: "1" }]),
    multipart("/one", [{ name: "f", content: "a field" }]),
    form("/one", "f=1"),
    multipart("/get", [text]),
    multipart("/get", [{ name: "x", content: "1" }]),
    multipart("/truth", [{ ...text, filename: "", content: "" }]),
    multipart("/truth", [text]),
    multipart("/truth", []),
    multipart("/form", [text, { name: "a", content: "1" }, { name: "a", content: "2" }]),
    multipart("/form", [{ name: "a", type: "text/plain; charset=utf-8", content: "é" }]),
    broken("/form", "multipart/form-data", `--x\r\n${part}--x--\r\n`),
    broken("/form", "multipart/form-data; boundary=", `--x\r\n${part}--x--\r\n`),
    broken("/form", "multipart/form-data; boundary=y", `--x\r\n${part}--x--\r\n`),
    broken("/form", "multipart/form-data; boundary=x", `--x\n${part.replaceAll("\r\n", "\n")}--x--\n`),
    broken("/form", "multipart/form-data; boundary=x", `--x\r\n${part}`),
    broken("/form", "multipart/form-data; boundary=x", "no parts at all"),
    broken("/form", "multipart/form-data; boundary=x", ""),
    broken("/form", 'multipart/form-data; boundary="x y"', `--x y\r\n${part}--x y--\r\n`),
    broken("/form", "multipart/form-data; boundary=x", `preamble\r\n--x\r\n${part}--x--\r\nepilogue`),
    broken("/form", "multipart/form-data; boundary=x", "--x\r\nX-Other: 1\r\n\r\n1\r\n--x--\r\n"),
    broken("/unread", "multipart/form-data; boundary=x", "no parts at all"),
    broken("/unread", "multipart/form-data", "x"),
  ],
};
