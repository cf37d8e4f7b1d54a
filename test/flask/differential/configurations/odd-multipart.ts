import { request } from "latchkey/flask";
import { newApp, type Configuration, type Exchange } from "../configuration.ts";
import { show } from "../show.ts";

/** A form of one part. */
function one(disposition: string, more = "", content = "x", boundary = "XX", path = "/upload"): Exchange {
  return raw(`--XX\r\nContent-Disposition: ${disposition}\r\n${more}\r\n${content}\r\n--XX--\r\n`, boundary, path);
}

function raw(body: string | Buffer, boundary = "XX", path = "/upload"): Exchange {
  return { request: `POST ${path}\nContent-Type: multipart/form-data; boundary=${boundary}`, body: Buffer.from(body) };
}

const F = 'form-data; name="f"; ';

/** Multipart bodies as programs write them. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.post("/upload", { endpoint: "upload" }, async () => {
      const files = [];
      for (const [name, file] of request.files.items({ multi: true }))
        files.push([name, file.filename, file.contentType, file.mimetype, 0, (await file.read()).toString("latin1")]);
      return show([request.form.items({ multi: true }), files]);
    });
    app.post("/check", { endpoint: "check" }, () => {
      const file = request.files.get("f");
      return show([
        file === null,
        file !== null && file.filename !== "",
        file !== null && file.filename !== "",
        "f" in request.files,
        [...request.files.keys()].length,
        "f" in request.form,
      ]);
    });
    return app;
  },
  requests: [
    one(`${F}filename="a.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="a.txt"`, "Content-Type: text/plain; charset=latin-1\r\n"),
    one(`${F}filename="a.txt"`, "content-type: TEXT/Plain\r\n"),
    one(`${F}filename="a.txt"`, "Content-Type: application/octet-stream\r\n"),
    one(`${F}filename="a.png"`, "Content-Type: image/png\r\n", "\u0000\u0001\u00ff"),
    one(`${F}filename=a.txt`, "Content-Type: text/plain\r\n"),
    one(`form-data; name=f; filename=a.txt`, "Content-Type: text/plain\r\n"),
    one(`form-data; filename="a.txt"; name="f"`, "Content-Type: text/plain\r\n"),
    one(`form-data;name="f";filename="a.txt"`, "Content-Type: text/plain\r\n"),
    one(`FORM-DATA; NAME="f"; FILENAME="a.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="a b.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="C:\\\\dir\\\\a.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="C:\\dir\\a.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="a\\"b.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="a%22b.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="a%0Ab%0D.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="a;b.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="../../etc/passwd"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="é€.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename*=UTF-8''%C3%A9%20x.txt`, "Content-Type: text/plain\r\n"),
    one(`${F}filename="plain.txt"; filename*=UTF-8''%C3%A9.txt`, "Content-Type: text/plain\r\n"),
    one(`${F}filename*=iso-8859-1''%E9.txt`, "Content-Type: text/plain\r\n"),
    one(`${F}filename*0="a"; filename*1="b.txt"`, "Content-Type: text/plain\r\n"),
    one(`${F}filename=""`, "Content-Type: application/octet-stream\r\n", ""),
    one(`${F}filename=""`, "Content-Type: application/octet-stream\r\n", "x"),
    one(`${F}filename="a.txt"`, "Content-Type: text/plain\r\n", ""),
    one('form-data; name="f"'),
    one('form-data; name="f"', "", ""),
    one('form-data; name="f"', "Content-Type: text/plain; charset=latin-1\r\n", "x"),
    one('form-data; name="f"', "Content-Type: application/json\r\n", '{"a":1}'),
    one('form-data; name="f"', "X-Other: y\r\n", "x"),
    one('form-data; name="f"', "", "line\r\nline\r\n"),
    one('form-data; name="f"', "", "line\nline"),
    one('form-data; name="f"', "", "--XX is not the end"),
    one('form-data; name="f"', "", "\r\n--X"),
    one('form-data; name="f"', "", "é€😀"),
    one('form-data; name="a b[]"'),
    one('form-data; name="é"'),
    one('form-data; name=""'),
    one('form-data; name="a%22b"'),
    one('form-data; name="a\\"b"'),
    one('form-data; name="__proto__"'),
    one('form-data; name="f"', "Content-Transfer-Encoding: base64\r\n", "eA=="),
    one('form-data; name="f"', "", "x", '"XX"'),
    one('form-data; name="f"', "", "x", "XX; charset=utf-8"),
    one('form-data; name="f"', "", "x", 'XX; x="y"'),
    one(`${F}filename="a.txt"`, "Content-Type: text/plain\r\n", "x", "XX", "/check"),
    one(`${F}filename=""`, "Content-Type: application/octet-stream\r\n", "", "XX", "/check"),
    one('form-data; name="f"', "", "x", "XX", "/check"),
    one('form-data; name="g"', "", "x", "XX", "/check"),
    raw('preamble\r\n--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX--\r\nepilogue'),
    raw('\r\n--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX--'),
    raw('--XX  \r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX--  \r\n'),
    raw(
      '--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n2\r\n--XX\r\nContent-Disposition: form-data; name="b"; filename="b"\r\nContent-Type: text/x-b\r\n\r\n3\r\n--XX--\r\n',
    ),
    raw("--XX--\r\n"),
    raw(
      `--a'b(c)+_,-./:=?\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--a'b(c)+_,-./:=?--\r\n`,
      `"a'b(c)+_,-./:=?"`,
    ),
    raw(
      Buffer.concat([
        Buffer.from('--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
        Buffer.from([0xe9, 0x80]),
        Buffer.from("\r\n--XX--\r\n"),
      ]),
    ),
    {
      request: "POST /upload\nContent-Type: Multipart/Form-Data; Boundary=XX",
      body: Buffer.from('--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX--\r\n'),
    },
    {
      request: "POST /upload\nContent-Type: multipart/mixed; boundary=XX",
      body: Buffer.from('--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX--\r\n'),
    },
  ],
};
