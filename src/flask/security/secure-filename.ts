import { checkText } from "../../options.ts";

/** Names that stand for devices in each folder of Windows. */
const DEVICE = /^(?:aux|con|conin\$|conout\$|com[1-9]|lpt[1-9]|nul|prn)(?:\.|$)/i;

/**
 * A name under which an uploaded file can be saved, made of the name that the visitor's browser
 * gave: letters of ASCII, digits, `_`, `-` and `.`, without folders. Letters with accents lose
 * them.
 *
 * It is "" if nothing is left, and two files may get the same name: add something of your own, such
 * as an id.
 *
 * @example
 * ```ts
 * secureFilename("../../etc/My résumé.pdf"); // "etc_My_resume.pdf"
 * ```
 */
export function secureFilename(filename: string): string {
  checkText("secureFilename(filename)", filename);
  const name = filename
    .normalize("NFKD")
    .replace(/\P{ASCII}/gu, "")
    .replaceAll("/", " ")
    .replaceAll(process.platform === "win32" ? "\\" : "/", " ")
    // What Python takes for a blank.
    // oxlint-disable-next-line no-control-regex
    .split(/[\s\u001c-\u001f]+/)
    .filter((part) => part !== "")
    .join("_")
    .replace(/[^\w.-]/g, "")
    .replace(/^[._]+|[._]+$/g, "");
  return process.platform === "win32" && DEVICE.test(name) ? `_${name}` : name;
}
