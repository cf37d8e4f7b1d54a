/** The closed toolbar. */
export const HANDLE = `
.handle-box { position: fixed; display: flex; max-width: calc(100vw - 24px) }
.handle-box.bottom-right { right: 12px; bottom: 12px } .handle-box.bottom-left { left: 12px; bottom: 12px }
.handle-box.top-right { right: 12px; top: 12px } .handle-box.top-left { left: 12px; top: 12px }
.handle { display: inline-flex; align-items: center; gap: 8px; height: 28px; min-width: 0; padding: 0 11px 0 9px;
  background: var(--panel); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); white-space: nowrap; touch-action: none; user-select: none; transition: border-color .12s }
.handle:hover { border-color: var(--key) }
.handle:focus-visible { outline-offset: 1px; border-radius: 14px }
.handle .path { min-width: 0; max-width: 260px; overflow: hidden; text-overflow: ellipsis }
.handle .words { font-weight: 600 }
.handle .later { padding: 0 6px; border-radius: 8px; background: var(--soft); font-size: 12px; line-height: 18px }
.dragged, .dragged .handle { cursor: grabbing }
.hide { position: absolute; top: 4px; display: grid; place-items: center; width: 20px; height: 20px; border-radius: 50%; background: var(--panel); border: 1px solid var(--line); color: var(--dim); opacity: 0; transition: opacity .12s }
.hide::before { content: ""; position: absolute; inset: -4px -6px }
.bottom-right .hide, .top-right .hide { right: calc(100% + 6px) } .bottom-left .hide, .top-left .hide { left: calc(100% + 6px) }
.handle-box:hover .hide, .handle-box:focus-within .hide { opacity: 1 }
.dragged .hide { display: none }
.hide:hover { color: var(--text); border-color: var(--key) }
@media (hover: none) { .hide { display: none } }
`;
