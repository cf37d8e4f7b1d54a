import { escapeText } from "../values/print.ts";

export interface UrlizeOptions {
  /** Longer addresses are shown shortened. */
  readonly limit: number | undefined;
  readonly rel: readonly string[];
  readonly target: string | undefined;
  readonly schemes: readonly string[];
}

const ADDRESS =
  /^(?:(?:https?:\/\/|www\.)(?:(?:[\w%-]+\.)+)?(?:[a-z]{2,63}|xn--[\w%]{2,59})|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)|(?:https?:\/\/)(?:(?:[\d]{1,3})(?:\.[\d]{1,3}){3}|(?:\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\])))(?::[\d]{1,5})?(?:[/?#]\S*)?$/iu;
const EMAIL = /^\S+@\w[\w.-]*\.\w+$/u;

/** Makes links of addresses in a text that is escaped already. */
export function urlize(html: string, { limit, rel, target, schemes }: UrlizeOptions): string {
  const relation = [...new Set(rel)]
    .filter((word) => word !== "")
    .sort()
    .join(" ");
  const shared = `${relation === "" ? "" : ` rel="${escapeText(relation)}"`}${target === undefined || target === "" ? "" : ` target="${escapeText(target)}"`}`;
  const shorten = (address: string): string =>
    limit !== undefined && [...address].length > limit ? `${[...address].slice(0, limit).join("")}...` : address;
  return html
    .split(/(\s+)/)
    .map((word) => link(word))
    .join("");

  function link(word: string): string {
    let head = "";
    let middle = word;
    let tail = "";
    const start = /^(?:[(<]|&lt;)+/.exec(middle);
    if (start !== null) {
      head = start[0];
      middle = middle.slice(head.length);
    }
    if (/(?:[)>.,\n]|&gt;)$/.test(middle)) {
      const end = /(?:[)>.,\n]|&gt;)+$/.exec(middle)!;
      tail = end[0];
      middle = middle.slice(0, end.index);
    }
    // Brackets that were opened inside of the address belong to it.
    for (const [open, close] of [
      ["(", ")"],
      ["<", ">"],
      ["&lt;", "&gt;"],
    ] as const) {
      const opened = count(middle, open);
      if (opened <= count(middle, close)) continue;
      for (let left = Math.min(opened, count(tail, close)); left > 0; left--) {
        const end = tail.indexOf(close) + close.length;
        middle += tail.slice(0, end);
        tail = tail.slice(end);
      }
    }
    return head + anchor(middle) + tail;
  }

  function anchor(middle: string): string {
    if (ADDRESS.test(middle)) {
      const address = /^https?:\/\//.test(middle) ? middle : `https://${middle}`;
      return `<a href="${address}"${shared}>${shorten(middle)}</a>`;
    }
    const mail = middle.startsWith("mailto:") ? middle.slice(7) : middle;
    if (middle.startsWith("mailto:") && EMAIL.test(mail)) return `<a href="${middle}">${mail}</a>`;
    if (
      middle.includes("@") &&
      !middle.startsWith("www.") &&
      !/^\/|:|@$/.test(middle) &&
      !middle.slice(1).startsWith("@") &&
      EMAIL.test(middle)
    )
      return `<a href="mailto:${middle}">${middle}</a>`;
    for (const scheme of schemes)
      if (middle !== scheme && middle.startsWith(scheme)) return `<a href="${middle}"${shared}>${middle}</a>`;
    return middle;
  }
}

const count = (text: string, sought: string): number => text.split(sought).length - 1;
