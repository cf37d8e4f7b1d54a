import { getMimeType } from "hono/utils/mime";

/**
 * Types that Hono does not know, or knows otherwise: those of Python's own table, and of documents
 * that most machines with Python know.
 */
const TYPES: Readonly<Record<string, string>> = {
  "application/msword": "doc wiz",
  "application/octet-stream": "a bin dll exe o obj so",
  "application/postscript": "ai eps ps",
  "application/vnd.apple.mpegurl": "m3u m3u8",
  "application/vnd.ms-excel": "xlb xls",
  "application/vnd.ms-powerpoint": "ppa pps ppt pwz",
  "application/vnd.oasis.opendocument.presentation": "odp",
  "application/vnd.oasis.opendocument.spreadsheet": "ods",
  "application/vnd.oasis.opendocument.text": "odt",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/x-python-code": "pyc pyo",
  "application/x-tar": "tar",
  "audio/3gpp": "3gp 3gpp",
  "audio/basic": "au snd",
  "audio/mpeg": "mp2 mp3",
  "audio/x-aiff": "aif aifc aiff",
  "audio/x-wav": "wav",
  "image/heic": "heic",
  "image/heif": "heif",
  "image/jpeg": "jpe jpeg jpg",
  "image/vnd.microsoft.icon": "ico",
  "message/rfc822": "eml mht mhtml",
  "text/markdown": "md markdown",
  "text/plain": "ksh srt txt",
  "text/richtext": "rtx",
  "text/tab-separated-values": "tsv",
  "text/vtt": "vtt",
  "text/x-python": "py",
  "video/mpeg": "m1v mpa mpe mpeg mpg",
  "video/quicktime": "mov qt",
};
const BY_ENDING: ReadonlyMap<string, string> = new Map(
  Object.entries(TYPES).flatMap(([type, endings]) => endings.split(" ").map((ending) => [ending, type] as const)),
);
const ENCODINGS: Readonly<Record<string, string>> = { gz: "gzip", Z: "compress", bz2: "bzip2", xz: "xz", br: "br" };
const SHORT: Readonly<Record<string, string>> = {
  svgz: "svg.gz",
  tgz: "tar.gz",
  taz: "tar.gz",
  tz: "tar.gz",
  tbz2: "tar.bz2",
  txz: "tar.xz",
};

/** What the name of a file says about its content. */
export interface GuessedType {
  readonly type: string | undefined;
  /** How it is compressed: "gzip" for `a.txt.gz`, which is text. */
  readonly encoding: string | undefined;
}

/** Guesses the type of a file by the ending of its name, as Flask does. */
export function guessType(name: string): GuessedType {
  const written = endingOf(name);
  const whole = SHORT[written] === undefined ? name : `${name.slice(0, -written.length)}${SHORT[written]}`;
  const last = endingOf(whole);
  const encoding = ENCODINGS[last];
  const ending = encoding === undefined ? last : endingOf(whole.slice(0, -last.length - 1));
  if (ending === "") return { type: undefined, encoding };
  const type = BY_ENDING.get(ending.toLowerCase()) ?? getMimeType(`a.${ending}`)?.split(";")[0];
  return { type, encoding };
}

/** What follows the last dot. A name that begins with its only dot has no ending. */
function endingOf(name: string): string {
  return /[^./\\]\.([^./\\]+)$/.exec(name)?.[1] ?? "";
}
