/** The quickstart under a policy that allows only scripts with this answer's nonce. */
import { randomBytes } from "node:crypto";
import { createApp } from "../../examples/quickstart/app.ts";

const app = createApp(process.env);
app.afterRequest((response) => {
  const nonce = randomBytes(16).toString("base64");
  response.headers.set(
    "Content-Security-Policy",
    `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; require-trusted-types-for 'script'`,
  );
  return response;
});
await app.run({ port: Number(process.env["PORT"]) });
