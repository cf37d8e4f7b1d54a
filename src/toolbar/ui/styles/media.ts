/** Narrow and low windows, other colours, less motion. */
export const MEDIA = `
@media (max-width: 1000px) { .tools .wide > span, .tools .wide .icon.is-down, .scale > .middle { display: none } .tools .menu { right: 110px } }
@media (max-width: 760px) {
  .body, .page .body { grid-template-columns: minmax(0, 1fr) }
  .body > .list, .body.list-shown > .detail-side { display: none }
  .body.list-shown > .list { display: flex; border-right: 0 }
  .timeline .label .where { display: none }
  .list-button { display: inline-flex; margin-left: -6px }
  .brand, .tools, header .link { display: none }
  .menu .narrow { display: flex }
  header { gap: 6px; padding: 0 4px 0 8px }
  .line { gap: 7px }
  .panel { padding: 10px 12px 20px }
  .tabs { padding: 0 4px }
  .tabs button { padding: 0 9px }
  .tool { min-width: 32px; height: 32px }
  .chips button { height: 28px; border-radius: 14px; padding: 0 10px }
  .row { min-height: 44px }
  .numbers { margin-left: -16px } .numbers > div { padding: 0 16px }
  .numbers dd { font-size: 19px; line-height: 24px }

  .keys { columns: 1 }
  .compare-head select { max-width: calc(100vw - 120px) }
}
@media (min-width: 561px) and (max-width: 760px) {
  th, td { padding-right: 12px }
  td .meter { width: 32px; margin-left: 6px }
}
@media (max-width: 560px) {
  table, tbody, tr, td { display: block; width: auto }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  tbody > tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 12px; padding: 4px 0; border-top: 1px solid var(--line) }
  tbody > tr:last-child { border-bottom: 1px solid var(--line) }
  tbody > tr > td, tbody > tr:last-child > td { height: auto; min-height: 22px; padding: 1px 0; border: 0 }
  tbody > tr:has(> .open-cell) { position: relative; padding-left: 28px }
  td.open-cell { position: absolute; left: 0; width: 20px } .opener { height: 22px }
  td:empty { display: none } td.grow { flex: 1 0 100% }
  td:not(.grow) .mono:not(.where) { max-width: 60vw }
  tr.more { border-top: 0; padding: 0 } .more > td { flex: 1 0 100%; padding: 0 0 10px 12px; min-width: 0 }
  td.right { color: var(--dim) }
  .pairs { grid-template-columns: minmax(84px, 34%) minmax(0, 1fr) } .pairs > div { column-gap: 12px }
  dd .detail { display: block; margin-left: 0 }

  .timeline { grid-template-columns: minmax(0, 1fr) max-content }
  .timeline li { row-gap: 2px; padding: 3px 0 5px }
  .timeline .track { grid-column: 1 / -1; grid-row: 2; height: 12px } .bar { inset: 2px auto 2px 0 }
  .scale { display: none }
  td.named::before { content: attr(data-label) " "; color: var(--dim); font-size: 12px }
  .line .ms { display: none }
}
@media (max-height: 480px) {
  .drawer, .drawer.page { grid-template-rows: 32px minmax(0, 1fr) }
  .tab-bar { height: 32px } .filter { height: 32px }
  .tool { height: 28px; min-width: 28px }
  .panel { padding-top: 8px }
  .panel > * + * { margin-top: 12px }
  .verdict { padding: 8px 12px }
  .menu, .page .menu { top: 30px; max-height: calc(100% - 34px) } .tab-bar .menu, .page .tab-bar .menu { top: 62px; max-height: calc(100% - 66px) }
  .row { min-height: 0 } .chips { padding: 4px 10px } .chips button { height: 22px }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important } }
@media (forced-colors: active) {
  .handle, .hide, .drawer, .verdict, .meter, pre, .menu, .findings, .message { border: 1px solid CanvasText }
  .shares { border: 1px solid CanvasText } .shares > span, .swatch { forced-color-adjust: none } .code-line.hit { outline: 1px solid Highlight; outline-offset: -1px }
  .meter > span, .bar, .moment { background: Highlight; forced-color-adjust: none }
  .frame { border: 1px solid CanvasText }
  .tabs button { border-bottom-color: Canvas }
  .tabs button[aria-selected="true"] { border-bottom-color: Highlight }
  .row[aria-current], .tool[aria-pressed="true"], .chips button[aria-pressed="true"] { outline: 2px solid Highlight; outline-offset: -2px }
  .sign.error { forced-color-adjust: none; background: CanvasText; border-color: CanvasText; color: Canvas }
}
`;
