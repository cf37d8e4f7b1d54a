import { Tracer, type Outcome } from "./tracer.ts";

/** The message of one mail, on the tracing channel `latchkey:mail`. */
export interface MailMessage extends Outcome {
  /** The transport: "smtp", "sendmail", "ses" … */
  readonly system: string;
  readonly subject: string;
  /** How many addresses it is for. Those that a default of the transport adds count at the end. */
  recipients: number;
}

/** Publishes the mails of all clients. */
export const mails: Tracer<MailMessage> = new Tracer<MailMessage>("latchkey:mail");
