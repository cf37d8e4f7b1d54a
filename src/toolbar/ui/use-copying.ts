import { useState } from "preact/hooks";
import { loadCopies, type Parameters } from "./client.ts";
import { copyText } from "./copy-text.ts";

/** The forms of a request that can be copied. */
export type CopyForm = "curl" | "fetch" | "test";

const TITLES: Readonly<Record<CopyForm, string>> = {
  curl: "cURL command",
  fetch: "fetch call",
  test: "vitest test",
};

/** A text that was copied, or that the user has to copy. */
export interface CopiedText {
  readonly title: string;
  readonly text: string;
  readonly isCopied: boolean;
}

/** Copying, and what there is to say about it. */
export interface Copying {
  /** What was copied last, for a few seconds. */
  readonly message: string;
  /** The text that is shown in a sheet. */
  readonly shown: CopiedText | undefined;
  /** What was copied last. */
  readonly last: CopiedText | undefined;
  readonly copy: (form: CopyForm, id: string) => Promise<void>;
  readonly show: (text: CopiedText | undefined) => void;
}

/** Milliseconds that a message stays. */
const STAYS = 6_000;

/**
 * Copies a request as the server writes it. Without a clipboard, the text is shown and selected.
 */
export function useCopying(parameters: Parameters): Copying {
  const [message, setMessage] = useState("");
  const [shown, show] = useState<CopiedText>();
  const [last, setLast] = useState<CopiedText>();
  const say = (text: string): void => {
    setMessage(text);
    setTimeout(() => setMessage((now) => (now === text ? "" : now)), STAYS);
  };
  const copy = async (form: CopyForm, id: string): Promise<void> => {
    const text = (await loadCopies(parameters, id))?.[form];
    if (text === undefined) return say("The server no longer has this request.");
    const copied = { title: TITLES[form], text, isCopied: await copyText(text) };
    setLast(copied);
    if (copied.isCopied) say(`Copied the ${copied.title}.`);
    else show(copied);
  };
  return { message, shown, last, copy, show };
}
