/** Tabs, and the blocks of a panel. */
export const PANEL = `
.detail-side { display: flex; flex-direction: column; min-width: 0; min-height: 0; background: var(--panel) }
.tab-bar { display: flex; align-items: center; flex: none; height: 36px; padding-right: 6px; border-bottom: 1px solid var(--line) }
.tabs { display: flex; flex: 1; gap: 2px; min-width: 0; height: 100%; padding: 0 10px; overflow-x: auto; scrollbar-width: none; position: relative }
.tabs.cut-right { mask-image: linear-gradient(90deg, #000 calc(100% - 40px), transparent) }
.tabs.cut-left { mask-image: linear-gradient(90deg, transparent, #000 40px) }
.tabs.cut-left.cut-right { mask-image: linear-gradient(90deg, transparent, #000 40px, #000 calc(100% - 40px), transparent) }
.tabs button { display: inline-flex; align-items: center; gap: 7px; flex: none; padding: 0 10px; color: var(--dim); border-bottom: 2px solid transparent; white-space: nowrap }
.tabs button:hover { color: var(--text) }
.tabs button[aria-selected="true"] { color: var(--text); font-weight: 600; border-bottom-color: var(--key) }
.tabs button:focus-visible { outline-offset: -5px; border-radius: 0 }
.tabs .subtitle { font-weight: 400; font-size: 12px }
.tab-bar .menu { top: 72px; max-height: calc(100% - 78px) }
.page .tab-bar .menu { top: 80px; max-height: calc(100vh - 90px) }
.panel { flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 14px 18px 24px }
.panel > * + *, .more td > * + *, .answer > * + * { margin-top: 18px }
h3 { font-size: 12px; line-height: 18px; font-weight: 600; margin-bottom: 6px }
.text, .empty { color: var(--dim); max-width: 90ch }
.compare-head { display: flex; flex: none; align-items: center; flex-wrap: wrap; gap: 4px 14px; min-height: 36px; padding: 4px 18px 4px 6px; border-bottom: 1px solid var(--line); font-size: 12px }
.compare-head label { display: flex; align-items: center; gap: 8px; min-width: 0; color: var(--dim) }
.compare-head select { min-width: 0; max-width: 340px; height: 26px; padding: 0 4px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); font-size: 12px }
.compare-after { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--dim) } .compare-after .mono { color: var(--text) }

.verdict { display: flex; gap: 12px; padding: 12px 14px; border-radius: 8px; background: color-mix(in srgb, currentColor 7%, var(--panel)); border: 1px solid color-mix(in srgb, currentColor 26%, var(--panel)) }
.verdict.plain { color: var(--dim) }
.verdict > .sign { width: 20px; height: 20px; font-size: 12px; margin-top: 1px }
.verdict h3 { font-size: 15px; line-height: 22px; margin: 0; color: inherit }
.verdict.plain h3 { color: var(--text) }
.verdict p { color: var(--text); max-width: 90ch; overflow-wrap: anywhere }
.verdict .hint { margin-top: 4px; color: var(--dim) }
.verdict .hint::before { content: "→ " }
.note { display: flex; gap: 8px; align-items: flex-start; max-width: 110ch }
.note .sign { margin-top: 2px } .note > span:last-child { color: var(--text); overflow-wrap: anywhere }
.findings { display: grid; gap: 6px; padding: 10px 12px; border-radius: 8px; background: var(--bg); border: 1px solid var(--line) }

/* The line before the first number of each row is cut off. */
.numbers { display: flex; flex-wrap: wrap; gap: 12px 0; margin-left: -22px; clip-path: inset(0 0 -4px 2px) }
.numbers > div { display: flex; flex-direction: column; padding: 0 22px; border-left: 1px solid var(--line) }
.numbers dd { display: flex; order: -1; align-items: baseline; flex-wrap: wrap; gap: 4px; font-size: 22px; line-height: 28px; font-weight: 600; letter-spacing: -.015em }
.numbers dd .sign { align-self: center }
.numbers small { font-size: 13px; line-height: 1; font-weight: 400; letter-spacing: 0; color: var(--dim) }
.numbers dt { font-size: 12px; line-height: 16px; color: var(--dim) }

.pairs { display: grid; grid-template-columns: minmax(96px, max-content) minmax(0, 1fr) }
.pairs > div { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; column-gap: 20px; align-items: baseline; min-height: 28px; padding: 4px 0; border-top: 1px solid var(--line) }
.pairs > div:last-child { border-bottom: 1px solid var(--line) }
.pairs dt { color: var(--dim) }
.pairs dd { overflow-wrap: anywhere }
.ask .action { margin: 0 } .answer { margin-top: 10px } .answer:focus-visible { outline: none }
.detail { font-size: 12px }
dd .detail, dd span + .where { margin-left: 10px } td .detail { display: block }
td .mono + .where, td span + .where { margin-left: 8px }
table { width: 100%; border-collapse: collapse }
th { height: 24px; width: 1px; padding: 0 20px 4px 0; font-size: 12px; font-weight: 400; color: var(--dim); text-align: start; white-space: nowrap }
td { height: 28px; padding: 4px 20px 4px 0; vertical-align: baseline; white-space: nowrap; border-top: 1px solid var(--line) }
td.grow { white-space: normal; overflow-wrap: anywhere }
tbody > tr:last-child > td { border-bottom: 1px solid var(--line) }
th.grow { width: auto }
th.right, td.right { text-align: end } td:last-child, th:last-child { padding-right: 0 }
td.grow .mono, pre { white-space: pre-wrap }
td:not(.grow) .mono:not(.where) { display: inline-block; max-width: 300px; overflow: clip; text-overflow: ellipsis }
td.open-cell, th.open-cell { width: 24px; padding: 0 4px 0 0; vertical-align: top }
.opener { display: grid; place-items: center; width: 20px; height: 28px; color: var(--dim) }
.openable { cursor: pointer } .openable:hover td { background: var(--bg) } .openable:hover .opener { color: var(--text) }
.openable.open > td { border-bottom: 0 }
.more > td { padding: 4px 0 14px 24px; border-top: 0; white-space: normal }
section > .action { margin-top: 10px }
pre { padding: 10px 12px; max-height: 320px; overflow: auto; background: var(--bg); border: 1px solid var(--line); border-radius: 8px; line-height: 18px; overflow-wrap: anywhere }
.code-line { display: block; margin: 0 -12px; padding: 0 12px }
.code-line.hit { background: color-mix(in srgb, var(--error) 11%, transparent); box-shadow: inset 3px 0 var(--error) }
.meter { display: inline-block; width: 120px; height: 6px; border-radius: 3px; overflow: hidden; background: var(--soft); outline: 1px solid var(--line); vertical-align: 1px }
dd .meter { margin-left: 10px } .numbers .share { order: 1; line-height: 1; margin-top: 4px } .numbers .share .meter { margin: 0; width: 100%; min-width: 90px }
td .meter { width: 56px; margin-left: 10px }
.meter > span { display: block; height: 100%; background: var(--hue, var(--key)) }
.meter.warn > span { background: var(--warn) } .meter.error > span { background: var(--error) }
`;
