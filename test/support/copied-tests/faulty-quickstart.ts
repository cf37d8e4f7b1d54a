/** The quickstart with a planted fault: the page of the account fails. */
import { abort, request } from "latchkey/flask";
import { createApp } from "../../../examples/quickstart/app.ts";

const app = createApp(process.env);
app.beforeRequest(() => {
  if (request.path === "/me") abort(500);
});
await app.run({ port: Number(process.env["PORT"]) });
