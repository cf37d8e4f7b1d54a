/** The style sheet of an exception's page. */
export const EXCEPTION_STYLE = `
:root {
  --bg: #f7f8fa; --panel: #fff; --line: #dfe3ea; --soft: #eef0f4; --text: #1b1f27; --dim: #5a6372;
  --error: #b42318; --info: #0b5cad; --key: #6b3fb5; --hit: #fdeceb;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #16181d; --panel: #1c1f26; --line: #2c313b; --soft: #242832; --text: #e6e8ec; --dim: #a3aab8;
    --error: #ff7b72; --info: #6cb6ff; --key: #c4a7ff; --hit: #3a2326;
  }
}
*, *::before, *::after { box-sizing: border-box; margin: 0; padding: 0 }
body { font: 14px/22px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; color: var(--text); background: var(--bg); padding-bottom: 64px; -webkit-text-size-adjust: 100% }
header, main, footer { max-width: 1040px; margin: 0 auto; padding: 0 32px }
.mono, pre { font-family: var(--mono); font-size: 13px }
a { color: var(--info); text-decoration: none }
a:hover { text-decoration: underline }
:focus-visible { outline: 2px solid var(--key); outline-offset: 2px; border-radius: 4px }

header { padding-top: 40px; padding-bottom: 20px }
.request { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; color: var(--dim); overflow-wrap: anywhere }
.status { flex: none; padding: 0 9px; border: 1px solid currentColor; border-radius: 11px; line-height: 20px; font-size: 12px; font-weight: 600; color: var(--error) }
h1 { margin-top: 18px; font-size: 17px; line-height: 24px; font-weight: 600; color: var(--error); overflow-wrap: anywhere }
.message { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 40vh; overflow: auto }
header .message { margin-top: 4px; font-size: 24px; line-height: 32px; font-weight: 600; letter-spacing: -.01em }
.code { margin-top: 8px; color: var(--dim) }
.code .mono { color: var(--text) }

.frames { border: 1px solid var(--line); border-radius: 10px; background: var(--panel); overflow: hidden }
.frames > * + * { border-top: 1px solid var(--line) }
.place, summary { padding: 8px 16px; overflow-wrap: anywhere }
summary { cursor: pointer; color: var(--dim) }
summary:hover { background: var(--soft) }
summary:focus-visible { outline-offset: -2px }
summary .mono { color: var(--text) }
.frame .place { font-weight: 600 }
.place.closed { padding-left: 34px }
.name { color: var(--dim); font-weight: 400 }
.name .mono { color: inherit }
pre { overflow: auto; padding: 12px 16px; line-height: 20px; tab-size: 2 }
details > pre, .source { border-top: 1px solid var(--line); background: var(--bg) }
.source { padding: 8px 0 }
.line { display: block; width: max-content; min-width: 100%; padding-right: 16px }
.number { display: inline-block; width: 64px; padding-right: 18px; text-align: right; color: var(--dim); user-select: none }
.hit { background: var(--hit); box-shadow: inset 3px 0 var(--error) }
.hit .number { color: var(--error); font-weight: 600 }
.open { padding: 6px 16px 8px; border-top: 1px solid var(--line) }
.others { list-style: none; padding: 4px 16px 12px 34px; color: var(--dim); overflow-wrap: anywhere }
.others .mono, .others .name { font-size: 12px }

.error { margin-top: 28px; padding-left: 18px; border-left: 2px solid var(--line) }
.error > .frames { margin-top: 10px }
h2, h3, h4, h5, h6 { font-size: 15px; line-height: 22px; font-weight: 600; overflow-wrap: anywhere }
.type { color: var(--error) }
.facts { margin-top: 36px }
.facts h2 { margin-bottom: 8px }
.facts details { border: 1px solid var(--line); border-top: 0; border-radius: 0 0 10px 10px; background: var(--panel) }
.facts summary:hover { border-radius: 0 0 10px 10px }
.facts details[open] summary:hover { border-radius: 0 }
dl { border: 1px solid var(--line); border-radius: 10px 10px 0 0; background: var(--panel) }
details dl { border-width: 1px 0 0; border-radius: 0 0 10px 10px }
dl > div { display: grid; grid-template-columns: minmax(80px, 180px) minmax(0, 1fr); gap: 20px; padding: 5px 16px; border-top: 1px solid var(--line) }
dl > div:first-child { border-top: 0 }
dt { color: var(--dim); overflow-wrap: anywhere }
dd { overflow-wrap: anywhere; white-space: pre-wrap }

footer { margin-top: 28px; color: var(--dim); font-size: 13px; line-height: 20px }
footer p + p { margin-top: 6px; max-width: 84ch }
.record::after { content: " →" }

@media (max-width: 640px) {
  header, main, footer { padding-left: 16px; padding-right: 16px }
  header { padding-top: 24px }
  header .message { font-size: 20px; line-height: 27px }
  .number { width: 52px; padding-right: 12px }
  .error { padding-left: 10px }
  dl > div { grid-template-columns: minmax(0, 1fr); gap: 0 }
}
@media (forced-colors: active) {
  .hit { outline: 1px solid Highlight; outline-offset: -1px }
}
@media print { body { padding-bottom: 0 } }
`;
