/** Colours, fonts, and what all parts share. */
export const BASE = `
:host {
  all: initial !important;
  --bg: #f6f7f9; --panel: #fff; --line: #dfe3ea; --soft: #eceef3; --text: #1b1f27; --dim: #565e6d;
  --ok: #146c43; --warn: #855400; --error: #b42318; --info: #0b5cad; --key: #6b3fb5;
  --hue-0: #2f6fd0; --hue-1: #7c4dc4; --hue-2: #0d8276; --hue-3: #b83b7d; --hue-4: #a8560f; --hue-5: #6b7484;
  --shadow: 0 1px 2px rgb(20 24 32 / .08), 0 8px 28px rgb(20 24 32 / .16);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  display: block !important; position: fixed !important; inset: auto 0 0 0 !important; height: 0 !important;
  z-index: 2147483647 !important; color-scheme: light dark !important;
}
@media (prefers-color-scheme: dark) {
  :host {
    --bg: #16181d; --panel: #1c1f26; --line: #2e333e; --soft: #262a34; --text: #e6e8ec; --dim: #a6adba;
    --ok: #4cc38a; --warn: #f0b429; --error: #ff7b72; --info: #6cb6ff; --key: #c4a7ff;
    --hue-0: #6cb6ff; --hue-1: #c4a7ff; --hue-2: #4fd1c0; --hue-3: #f49ac4; --hue-4: #e8a468; --hue-5: #8e96a6;
    --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 10px 32px rgb(0 0 0 / .5);
  }
}
@media print { :host { display: none !important } }

*, *::before, *::after { box-sizing: border-box; margin: 0; padding: 0 }
div, section, nav, button, input, select, textarea, table, dl { font: 13px/20px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; color: var(--text); font-variant-numeric: tabular-nums; text-align: start }
button { background: none; border: 0; cursor: pointer }
ol, ul { list-style: none }
a { color: var(--info) }
:focus-visible { outline: 2px solid var(--key); outline-offset: -2px; border-radius: 4px }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.mono, .code-text, pre, .copied { font-family: var(--mono); font-size: 12px }
.dim, .ms, .sub, .detail, .subtitle, .count { color: var(--dim) }
.ok { color: var(--ok) } .warn { color: var(--warn) } .error { color: var(--error) } .info { color: var(--info) } .key { color: var(--key) }

.icon { flex: none }
.icon.is-mark { color: var(--key) }
.icon.is-more { stroke-width: 2.6 } .icon.is-list { stroke-width: 1.8 }
.sign { display: inline-grid; place-items: center; flex: none; width: 16px; height: 16px; border-radius: 50%; font: 700 10px/1 system-ui, sans-serif; border: 1.5px solid currentColor }
.sign.plain { color: var(--dim) }
.sign.warn { border-radius: 4px } .sign.error { border-radius: 2px; background: var(--error); border-color: var(--error); color: var(--panel) }
.status { display: inline-flex; align-items: center; gap: 6px; font-weight: 600 }
.chip { flex: none; padding: 0 7px; border-radius: 9px; line-height: 18px; font-size: 12px; border: 1px solid currentColor; white-space: nowrap }
.chip.plain { color: var(--dim) }
.tool { display: inline-flex; align-items: center; justify-content: center; gap: 5px; flex: none; min-width: 26px; height: 26px; padding: 0 6px; border-radius: 6px; color: var(--dim); font-size: 12px; white-space: nowrap }
.tool:hover { background: var(--soft); color: var(--text) }
.tool[aria-pressed="true"], .tool[aria-expanded="true"] { background: color-mix(in srgb, var(--key) 14%, transparent); color: var(--key) }
.action { display: inline-flex; align-items: center; gap: 6px; height: 26px; padding: 0 10px; border-radius: 6px; border: 1px solid var(--line); background: var(--panel); color: var(--text); font-size: 12px; text-decoration: none }
.action:hover { border-color: var(--key) }
.action:disabled { color: var(--dim); cursor: default }
.where { font-size: 12px; color: var(--dim); text-decoration: none; white-space: nowrap }
a.where { color: var(--info) }
a.where:hover { text-decoration: underline }
.panel-link { font: inherit; letter-spacing: inherit; color: inherit; text-decoration: underline; text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); text-decoration-thickness: 1px; text-underline-offset: 4px }
.panel-link:hover { text-decoration-color: currentColor }
td .panel-link { color: var(--info) }
.hue-0 { --hue: var(--hue-0) } .hue-1 { --hue: var(--hue-1) } .hue-2 { --hue: var(--hue-2) } .hue-3 { --hue: var(--hue-3) } .hue-4 { --hue: var(--hue-4) } .hue-5 { --hue: var(--hue-5) }
.sql-word { color: var(--key) } .sql-value { color: var(--info) } .sql-dim { color: var(--dim) }
kbd { display: inline-block; min-width: 20px; padding: 0 5px; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; background: var(--bg); color: var(--dim); font: 12px/17px var(--mono); text-align: center }
`;
