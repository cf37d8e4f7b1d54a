/** The style sheet of the toolbar. It applies only inside of the toolbar's shadow root. */
export const STYLES = `
:host {
  all: initial !important;
  --bg: #f7f8fa; --panel: #fff; --line: #dfe3ea; --soft: #eef0f4; --text: #1b1f27; --dim: #5a6372;
  --ok: #146c43; --warn: #8a5a00; --error: #b42318; --info: #0b5cad; --key: #6b3fb5;
  --shadow: 0 1px 2px rgb(20 24 32 / .08), 0 8px 28px rgb(20 24 32 / .16);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  display: block !important; position: fixed !important; inset: auto 0 0 0 !important; height: 0 !important;
  z-index: 2147483647 !important; color-scheme: light dark !important;
}
@media (prefers-color-scheme: dark) {
  :host {
    --bg: #16181d; --panel: #1c1f26; --line: #2c313b; --soft: #242832; --text: #e6e8ec; --dim: #a3aab8;
    --ok: #4cc38a; --warn: #f0b429; --error: #ff7b72; --info: #6cb6ff; --key: #c4a7ff;
    --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 10px 32px rgb(0 0 0 / .5);
  }
}
@media print { :host { display: none !important } }

*, *::before, *::after { box-sizing: border-box; margin: 0; padding: 0 }
div, section, button, input { font: 13px/20px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; color: var(--text); font-variant-numeric: tabular-nums; text-align: start }
button { background: none; border: 0; cursor: pointer }
ol, ul { list-style: none }
:focus-visible { outline: 2px solid var(--key); outline-offset: -2px; border-radius: 4px }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.mono, .code-text, pre { font-family: var(--mono); font-size: 12px }
.dim, .ms, .sub, .detail, .subtitle, .count { color: var(--dim) }
.ok { color: var(--ok) } .warn { color: var(--warn) } .error { color: var(--error) } .info { color: var(--info) } .key { color: var(--key) }

.sign { display: inline-grid; place-items: center; flex: none; width: 16px; height: 16px; border-radius: 50%; font: 700 10px/1 system-ui, sans-serif; border: 1.5px solid currentColor }
.sign.plain { color: var(--dim) }
.sign.warn { border-radius: 4px } .sign.error { border-radius: 2px; background: var(--error); border-color: var(--error); color: var(--panel) }
.status { display: inline-flex; align-items: center; gap: 6px; font-weight: 600 }
.mark { flex: none; color: var(--key) }
.chip { padding: 0 7px; border-radius: 9px; line-height: 18px; font-size: 12px; border: 1px solid currentColor }
.chip.plain { color: var(--dim) }

.handle { position: fixed; right: 12px; bottom: 12px; display: inline-flex; align-items: center; gap: 8px; height: 28px; max-width: calc(100vw - 24px); padding: 0 11px 0 9px;
  background: var(--panel); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); white-space: nowrap; transition: border-color .12s, transform .12s }
.handle:hover { border-color: var(--key); transform: translateY(-1px) }
.handle:focus-visible { outline-offset: 1px; border-radius: 14px }
.handle .path { max-width: 260px; overflow: hidden; text-overflow: ellipsis }
.handle .later { padding: 0 6px; border-radius: 8px; background: var(--soft); font-size: 12px; line-height: 18px }

.drawer { position: fixed; inset: auto 0 0 0; display: grid; grid-template-rows: 36px minmax(0, 1fr); background: var(--bg); border-top: 1px solid var(--line); box-shadow: var(--shadow) }
.drawer.page { inset: 0; grid-template-rows: 44px minmax(0, 1fr); box-shadow: none; border: 0 }
.drawer.page .body { grid-template-columns: minmax(240px, 340px) minmax(0, 1fr) }
.grip { position: absolute; inset: -4px 0 auto 0; height: 8px; cursor: ns-resize; touch-action: none; z-index: 1 }
.grip:hover::after, .grip:focus-visible::after { content: ""; position: absolute; inset: 3px 0 auto 0; height: 2px; background: var(--key) }
.grip:focus-visible { outline: none }
header { display: flex; align-items: center; gap: 12px; min-width: 0; padding: 0 6px 0 12px; background: var(--panel); border-bottom: 1px solid var(--line) }
.brand { display: inline-flex; align-items: center; gap: 7px; font-weight: 600 }
.line { display: inline-flex; align-items: center; gap: 10px; min-width: 0 }
.line .path { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.method { font-weight: 600; font-size: 12px }
.space { flex: 1 }
.link { flex: none; max-width: 280px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 2px 8px; border-radius: 6px; color: var(--info); text-decoration: none; font-size: 12px }
.link:hover { background: var(--soft) }
.close { flex: none; width: 28px; height: 28px; border-radius: 6px; text-align: center; color: var(--dim) }
.close:hover { background: var(--soft); color: var(--text) }
.body { display: grid; grid-template-columns: minmax(200px, 280px) minmax(0, 1fr); min-height: 0 }

.list { display: flex; flex-direction: column; min-height: 0; border-right: 1px solid var(--line) }
.list ol { overflow: auto; overscroll-behavior: contain; padding: 4px 6px 8px }
.filter { display: flex; align-items: center; gap: 8px; height: 36px; flex: none; padding: 0 12px 0 8px; border-bottom: 1px solid var(--line) }
.filter input { flex: 1; min-width: 0; height: 26px; padding: 0 6px; background: none; border: 0; appearance: none; border-radius: 4px }
.filter input::placeholder { color: var(--dim); opacity: 1 }
.count { font-size: 12px }
.row { display: flex; flex-wrap: wrap; align-items: center; column-gap: 7px; width: 100%; padding: 4px 8px; border-radius: 6px }
.row:hover { background: var(--soft) }
.row[aria-current] { background: color-mix(in srgb, var(--key) 11%, var(--bg)) }
.row .path { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.row .ms, .row .times { font-size: 12px }
.row .times { padding: 0 5px; border-radius: 7px; background: var(--soft); line-height: 16px }
.row .sub { flex: 0 0 calc(100% - 23px); margin-left: 23px; font-size: 11.5px; line-height: 16px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }

.detail-side { display: flex; flex-direction: column; min-width: 0; min-height: 0; background: var(--panel) }
.tabs { display: flex; flex: none; gap: 2px; height: 36px; padding: 0 10px; overflow-x: auto; scrollbar-width: none; border-bottom: 1px solid var(--line) }
.tabs button { display: inline-flex; align-items: center; gap: 7px; flex: none; padding: 0 10px; color: var(--dim); border-bottom: 2px solid transparent; margin-bottom: -1px; white-space: nowrap }
.tabs button:hover { color: var(--text) }
.tabs button[aria-selected="true"] { color: var(--text); font-weight: 600; border-bottom-color: var(--key) }
.tabs button:focus-visible { outline-offset: -5px; border-radius: 0 }
.tabs .subtitle { font-weight: 400; font-size: 12px }
.panel { flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 14px 18px 24px }
.panel > * + * { margin-top: 18px }
h3 { font-size: 12px; line-height: 18px; font-weight: 600; margin-bottom: 6px }
.text, .empty { color: var(--dim); max-width: 90ch }
.list .empty { padding: 12px }

.verdict { display: flex; gap: 12px; padding: 12px 14px; border-radius: 8px; background: color-mix(in srgb, currentColor 8%, var(--panel)); border: 1px solid color-mix(in srgb, currentColor 28%, var(--panel)) }
.verdict.plain { color: var(--dim) }
.verdict > .sign { width: 20px; height: 20px; font-size: 12px; margin-top: 1px }
.verdict h3 { font-size: 15px; line-height: 22px; margin: 0; color: inherit }
.verdict.plain h3 { color: var(--text) }
.verdict p { color: var(--text); max-width: 90ch }
.verdict .hint { margin-top: 4px; color: var(--dim) }
.verdict .hint::before { content: "→ " }
.note { display: flex; gap: 8px; align-items: flex-start; max-width: 110ch }
.note .sign { margin-top: 2px } .note > span:last-child { color: var(--text) }
.findings { display: grid; gap: 6px; padding: 10px 12px; border-radius: 8px; background: var(--bg); border: 1px solid var(--line) }

.numbers { display: flex; flex-wrap: wrap; gap: 10px 32px }
.numbers dd { font-size: 20px; line-height: 26px; font-weight: 600; letter-spacing: -.01em }
.numbers small { font-size: 13px; line-height: 1; font-weight: 400; color: var(--dim) }
.numbers dt { font-size: 11px; line-height: 16px; letter-spacing: .03em; color: var(--dim) }


.pairs { display: grid; grid-template-columns: minmax(96px, max-content) minmax(0, 1fr) }
.pairs > div { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; column-gap: 20px; min-height: 28px; padding: 4px 0; border-top: 1px solid var(--line) }
.pairs > div:last-child { border-bottom: 1px solid var(--line) }
.pairs dt { color: var(--dim) }
.pairs dd { overflow-wrap: anywhere }
.detail { font-size: 12px }
dd .detail { margin-left: 10px } td .detail { display: block }
table { width: 100%; border-collapse: collapse }
th { height: 24px; width: 1px; padding: 0 20px 4px 0; font-size: 11px; font-weight: 400; letter-spacing: .03em; color: var(--dim); text-align: start; white-space: nowrap }
td { height: 28px; padding: 4px 20px 4px 0; vertical-align: top; white-space: nowrap; border-top: 1px solid var(--line) }
td.grow { white-space: normal; overflow-wrap: anywhere }
tr:last-child td { border-bottom: 1px solid var(--line) }
th.grow { width: auto }
th.right, td.right { text-align: end } td:last-child, th:last-child { padding-right: 0 }
td.grow .mono, pre { white-space: pre-wrap }
td:not(.grow) .mono { display: inline-block; max-width: 300px; overflow: hidden; text-overflow: ellipsis; vertical-align: top }
pre { padding: 10px 12px; max-height: 320px; overflow: auto; background: var(--bg); border: 1px solid var(--line); border-radius: 8px; line-height: 18px; overflow-wrap: anywhere }
.meter { display: inline-block; width: 120px; height: 6px; border-radius: 3px; overflow: hidden; background: var(--soft); outline: 1px solid var(--line); vertical-align: 1px }
dd .meter { margin-left: 10px } .numbers .meter { display: block; width: 100%; margin: 3px 0 0 }
.meter > span { display: block; height: 100%; background: var(--key) }
.meter.warn > span { background: var(--warn) } .meter.error > span { background: var(--error) }

.timeline { display: grid; grid-template-columns: minmax(120px, max-content) minmax(120px, 1fr) max-content }
.timeline li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; column-gap: 16px; align-items: center; min-height: 28px; border-top: 1px solid var(--line) }
.timeline li:last-child { border-bottom: 1px solid var(--line) }
.timeline .detail { margin-left: 8px }
.track { position: relative; height: 12px; background: linear-gradient(90deg, var(--soft) 1px, transparent 1px) 0 0 / 25% 100% }
.bar { position: absolute; inset: 1px auto 1px 0; border-radius: 3px; background: currentColor }
.bar.plain { color: var(--dim) }
.moment { position: absolute; top: 1px; width: 8px; height: 8px; margin: 1px 0 0 -4px; border-radius: 2px; rotate: 45deg; background: var(--text) }
.time { color: var(--dim); text-align: end }

@media (max-width: 720px) {
  .body { grid-template-columns: minmax(0, 1fr); grid-template-rows: 30% minmax(0, 1fr) }
  .list { border-right: 0; border-bottom: 1px solid var(--line) }
  header .link { display: none }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important } }
@media (forced-colors: active) {
  .handle, .drawer, .verdict, .meter, pre { border: 1px solid CanvasText }
  .meter > span, .bar, .moment { background: Highlight; forced-color-adjust: none }
  .tabs button { border-bottom-color: Canvas }
  .tabs button[aria-selected="true"] { border-bottom-color: Highlight }
  .row[aria-current] { outline: 2px solid Highlight }
}
`;
