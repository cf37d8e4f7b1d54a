import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createTransport, type Transporter } from "nodemailer";
import { describe, expect, test } from "vitest";
import { instrument } from "latchkey/toolbar";
import { errorOf, outcomeOf, publishedBy, spansOf, threeWays } from "./spans-of.ts";

const MAIL = {
  from: "a@example.test",
  to: "Ada <ada@example.test>, b@example.test",
  subject: "Hello",
  text: "secret text",
};

/** What an application sees of an answer; ids differ. */
function seen(info: unknown): unknown {
  const { envelope, message } = info as { envelope: unknown; message: unknown };
  const text = typeof message === "string" ? (JSON.parse(message) as { subject?: string; text?: string }) : undefined;
  return { envelope, keys: Object.keys(info as object).toSorted(), subject: text?.subject, text: text?.text };
}

const USAGES: Readonly<Record<string, (transporter: Transporter) => unknown>> = {
  "a promise": async (transporter) => seen(await transporter.sendMail(MAIL)),
  "a callback": async (transporter) =>
    await new Promise((resolve) => {
      const returned = (transporter.sendMail as (...args: unknown[]) => unknown)(
        MAIL,
        (error: unknown, info: unknown) => resolve({ error, info: seen(info), returned }),
      );
    }),
  "an error": async (transporter) =>
    await outcomeOf(transporter.sendMail({ ...MAIL, attachments: [{ path: "/missing" }] })),
  "an error for a callback": async (transporter) =>
    await new Promise((resolve) => {
      transporter.sendMail({ ...MAIL, attachments: [{ path: "/missing" }] }, (error) => resolve(errorOf(error)));
    }),
  "a plugin": async (transporter) => {
    transporter.use("compile", (mail, done) => {
      mail.data.subject = "From a plugin";
      done();
    });
    return seen(await transporter.sendMail(MAIL));
  },
};

describe("nodemailer", () => {
  test.each(Object.entries(USAGES))("behaves as before with %s", async (_, usage) => {
    const open = async () => ({
      plain: createTransport({ jsonTransport: true }) as Transporter,
      observed: instrument(createTransport({ jsonTransport: true }) as Transporter),
    });
    const outcome = await threeWays(open, usage);
    expect(outcome.unheard).toEqual(outcome.plain);
    expect(outcome.heard).toEqual(outcome.plain);
    expect(outcome.spans).toHaveLength(1);
  });

  test("tells the subject, the transport, the number of addresses and the line, and no address", async () => {
    const transporter = instrument(
      instrument(createTransport({ jsonTransport: true }, { bcc: "hidden@example.test" })),
    );
    const spans = await spansOf(async () => {
      await transporter.sendMail({ ...MAIL, cc: [{ name: "C", address: "c@example.test" }] });
      await transporter.sendMail({ ...MAIL, attachments: [{ path: "/missing" }] }).catch(() => {});
    });
    expect(spans).toMatchObject([
      { kind: "mail", label: "Hello", detail: { system: "jsontransport", recipients: 4 }, error: null },
      { kind: "mail", label: "Hello", error: expect.stringContaining("ENOENT") },
    ]);
    expect(spans[0]!.where).toMatch(/nodemailer\.test\.ts:\d+/);
    expect(JSON.stringify(spans)).not.toContain("example.test");
    expect(JSON.stringify(spans)).not.toContain("secret text");
  });

  test("publishes a mail once, over a real SMTP connection too", async () => {
    const server = createServer((socket) => {
      let isData = false;
      socket.write("220 test\r\n");
      socket.on("data", (chunk: Buffer) => {
        const text = chunk.toString();
        if (isData) {
          if (!text.includes("\r\n.\r\n")) return;
          isData = false;
          socket.write("250 queued\r\n");
        } else if (text.startsWith("DATA")) {
          isData = true;
          socket.write("354 go\r\n");
        } else if (text.startsWith("QUIT")) socket.end("221 bye\r\n");
        else socket.write("250 ok\r\n");
      });
      socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const transporter = instrument(createTransport({ host: "127.0.0.1", port, secure: false, ignoreTLS: true }));
    try {
      const published = await publishedBy(async () => {
        const { accepted } = await transporter.sendMail(MAIL);
        expect(accepted).toEqual(["ada@example.test", "b@example.test"]);
      }, "latchkey:mail");
      expect(published.map(({ event }) => event)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
      expect(published[0]!.message).toMatchObject({ system: "smtp", subject: "Hello", recipients: 2 });
    } finally {
      transporter.close();
      server.close();
    }
  });
});
