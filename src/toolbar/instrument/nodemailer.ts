import { hasMethods, type Instrumentation, type Method, type Shape } from "./instrumentation.ts";
import { mails, type MailMessage } from "./mail-channel.ts";
import { isThenable } from "./tracer.ts";
import { wrapMethod } from "./wrap-method.ts";

/** The package nodemailer. Neither the text of a mail nor its addresses are published. */
export const nodemailer: Instrumentation = {
  name: "nodemailer (a transporter)",
  recognizes: (client) => hasMethods(client, "sendMail", "use", "close") && "transporter" in client,
  instrument: (transporter) => {
    wrapMethod(
      transporter,
      "sendMail",
      (sendMail) =>
        function (this: unknown, ...args) {
          if (!mails.isHeard) return Reflect.apply(sendMail, this, args);
          const [mail, callback] = args;
          return mails.run(messageOf(transporter, mail), (trace) => {
            const isCallback = typeof callback === "function";
            const all = isCallback ? args.with(1, trace.followCallback(callback as Method, sentTo)) : args;
            const result = Reflect.apply(sendMail, this, all);
            trace.goesOn();
            return isThenable(result) ? trace.follow(result, sentTo) : result;
          });
        },
    );
    return transporter;
  },
};

function messageOf(transporter: Shape, mail: unknown): MailMessage {
  const { subject, to, cc, bcc } = (typeof mail === "object" && mail !== null ? mail : {}) as Shape;
  const { name } = (transporter["transporter"] ?? {}) as Shape;
  return {
    system: typeof name === "string" ? name.toLowerCase() : "mail",
    subject: typeof subject === "string" ? subject : "",
    recipients: [to, cc, bcc].reduce((sum: number, list) => sum + countAddresses(list), 0),
  };
}

function countAddresses(list: unknown): number {
  if (Array.isArray(list)) return list.reduce((sum: number, one) => sum + countAddresses(one), 0);
  if (typeof list === "string") return list.split(",").filter((address) => address.includes("@")).length;
  return typeof list === "object" && list !== null ? 1 : 0;
}

/** The transport knows all addresses, also those of its defaults. */
function sentTo(info: unknown): Partial<MailMessage> {
  const to = (info as { envelope?: { to?: unknown } } | undefined)?.envelope?.to;
  return Array.isArray(to) ? { recipients: to.length } : {};
}
