import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { UserConfig } from "vitepress";
import type { DefaultTheme } from "vitepress/theme";
import { ENTRY_POINTS } from "./entry-points.ts";
import { githubAnchor } from "./github-anchor.ts";
import { menu } from "./menu.ts";
import { ARTIFACTS, HTML_FOLDER, PAGES_FOLDER, ROOT } from "./paths.ts";
import { search } from "./search.ts";

/**
 * Renders without colours of code. They take most of the time, and the index of the search has
 * none.
 */
const withoutColours = (options: { highlight?: unknown }, render: () => string): string => {
  const { highlight } = options;
  options.highlight = null;
  try {
    return render();
  } finally {
    options.highlight = highlight;
  }
};

const site = join(ROOT, "site");

/** VitePress's settings. The command sets the base, so that a site may be below a path. */
export const config: UserConfig<DefaultTheme.Config> = {
  lang: "en",
  title: "Latchkey",
  description: "One secret key, sessions that reject tampering, and a debug toolbar for TypeScript web servers.",
  srcDir: relative(site, PAGES_FOLDER),
  outDir: relative(site, HTML_FOLDER),
  cacheDir: relative(site, join(ARTIFACTS, "cache")),
  base: process.env["LATCHKEY_DOCS_BASE"] ?? "/",
  head: [["link", { rel: "icon", href: `${process.env["LATCHKEY_DOCS_BASE"] ?? "/"}key.svg` }]],
  // Pages begin with their own title, and the menu is the same everywhere.
  metaChunk: true,
  vite: { build: { reportCompressedSize: false }, esbuild: { tsconfigRaw: "{}" } },
  markdown: {
    // Deeper headings are those of the reference, thousands of them. Its own anchors lead to them,
    // and finding the title for each of VitePress's takes quadratic time.
    anchor: { slugify: githubAnchor, level: [1, 2, 3, 4] },
    config: (md) => {
      // "Socket.IO" and "next.js" are no addresses.
      md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
      md.disable("emoji", true);
      // Vue would evaluate the braces of a template that a page shows.
      const { code_inline: code, text } = md.renderer.rules;
      md.renderer.rules.code_inline = (...given) => code!(...given).replace("<code", "<code v-pre");
      md.renderer.rules.text = (...given) => text!(...given).replaceAll("{{", "<span v-pre>{{</span>");
    },
    languageAlias: { caddyfile: "nginx" },
  },
  ignoreDeadLinks: "localhostLinks",
  themeConfig: {
    logo: "/key.svg",
    outline: [2, 3],
    externalLinkIcon: true,
    search: {
      provider: "local",
      options: {
        detailedView: true,
        miniSearch: search,
        _render: (source, env, md) => withoutColours(md.options, () => md.render(source, env)),
      },
    },
    nav: [
      { text: "Overview", link: "/overview" },
      { text: "Options", link: "/options" },
      { text: "API reference", link: "/reference/latchkey" },
      { text: "Troubleshooting", link: "/troubleshooting" },
    ].filter(({ link }) => existsSync(join(PAGES_FOLDER, `${link}.md`))),
    sidebar: [
      { text: "Overview", link: "/overview" },
      ...menu(),
      {
        text: "API reference",
        collapsed: true,
        items: ENTRY_POINTS.map(({ name }) => ({ text: name, link: `/reference/${name}` })).filter(({ link }) =>
          existsSync(join(PAGES_FOLDER, `${link}.md`)),
        ),
      },
    ] as DefaultTheme.SidebarItem[],
    footer: { message: "MIT licensed." },
  },
};
