import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../src/errors.ts";
import { editorLinks } from "../../src/toolbar/editor-links.ts";
import { shortcutOf } from "../../src/toolbar/shortcut.ts";
import { editorHref } from "../../src/toolbar/ui/editor-href.ts";

describe("U8: links to the editor", () => {
  const href = (where: string, options: Partial<Parameters<typeof editorLinks>[0]> = {}): string | undefined =>
    editorHref(where, editorLinks({ directory: "/srv/shop", ...options })!);

  test.each([
    ["routes/cart.ts:31", "vscode://file/srv/shop/routes/cart.ts:31"],
    ["/lib/other.ts:7", "vscode://file/lib/other.ts:7"],
    ["routes/cart.ts:31:9", "vscode://file/srv/shop/routes/cart.ts:31"],
    ["routes/cart.ts", "vscode://file/srv/shop/routes/cart.ts:1"],
    ["a b/[id]/#x?y&z%.ts:3", "vscode://file/srv/shop/a%20b/%5Bid%5D/%23x%3Fy%26z%25.ts:3"],
    ["routes\\cart.ts:31", "vscode://file/srv/shop/routes/cart.ts:31"],
    ["C:\\shop\\cart.ts:31", "vscode://file/C:/shop/cart.ts:31"],
    ["$&/$1.ts:4", "vscode://file/srv/shop/$%26/$1.ts:4"],
  ])("%s", (where, address) => expect(href(where)).toBe(address));

  test.each(["node:internal/timers:1", "https://example.com/x.js:2", "javascript:alert(1):3"])(
    "%s is no file",
    (where) => expect(href(where)).toBeUndefined(),
  );

  test.each([
    ["cursor", "cursor://file/srv/shop/a.ts:5"],
    ["zed", "zed://file/srv/shop/a.ts:5"],
    ["webstorm", "webstorm://open?file=/srv/shop/a.ts&line=5"],
    ["idea", "idea://open?file=/srv/shop/a.ts&line=5"],
    ["emacs://x?f={file}&l={line}", "emacs://x?f=/srv/shop/a.ts&l=5"],
  ])("with %s", (editor, address) => expect(href("a.ts:5", { editor })).toBe(address));

  test("paths of a container become those of the editor, the longest first", () => {
    const editorPaths = { "/app": "/home/ada/shop", "/app/node_modules/": "/deps", "/": "/never" };
    expect(href("a.ts:1", { directory: "/app", editorPaths })).toBe("vscode://file/home/ada/shop/a.ts:1");
    expect(href("/app/node_modules/x.js:1", { editorPaths })).toBe("vscode://file/deps/x.js:1");
    expect(href("/application/x.js:1", { editorPaths: { "/app": "/b" } })).toBe("vscode://file/application/x.js:1");
    expect(href("/app/x.ts:1", { editorPaths: { "/app": "C:\\shop" } })).toBe("vscode://file/C:/shop/x.ts:1");
  });

  test("an empty text is for no links", () => {
    expect(editorLinks({ editor: "", directory: "/x" })).toBeUndefined();
  });

  test.each([
    "javascript:alert('{file}')",
    "JavaScript:{file}",
    "data:text/html,{file}",
    "notepad",
    "vscode://file",
    "{file}",
    7,
  ])("%s is refused", (editor) => {
    expect(() => editorLinks({ editor: editor as string, directory: "/x" })).toThrow(InvalidOptionError);
    expect(() => editorLinks({ editor: editor as string, directory: "/x" })).toThrow("option editor");
  });

  test("paths that are none are refused", () => {
    expect(() => editorLinks({ editorPaths: { "/app": 7 } as never, directory: "/x" })).toThrow("option editorPaths");
    expect(() => editorLinks({ editorPaths: null as never, directory: "/x" })).toThrow("option editorPaths");
  });
});

describe("U9: the shortcut", () => {
  test.each([
    [undefined, "Shift+Alt+D"],
    ["", ""],
    ["alt+p", "Alt+P"],
    ["Control + Shift + 1", "Ctrl+Shift+1"],
    ["Cmd+F2", "Meta+F2"],
    ["Option+d", "Alt+D"],
  ])("%s is %s", (given, expected) => expect(shortcutOf(given)).toBe(expected));

  test.each(["D", "Shift+D", "Alt+", "Alt+Enter", "Hyper+D", "Alt D", 7, null])("%s is refused", (given) => {
    expect(() => shortcutOf(given)).toThrow("option shortcut");
  });
});
