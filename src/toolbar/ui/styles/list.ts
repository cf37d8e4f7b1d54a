/** The list of requests. */
export const LIST = `
.list { display: flex; flex-direction: column; min-height: 0; border-right: 1px solid var(--line) }
.filter { display: flex; align-items: center; gap: 2px; height: 36px; flex: none; padding: 0 6px 0 12px; border-bottom: 1px solid var(--line); color: var(--dim) }
.filter input { flex: 1; min-width: 0; height: 26px; padding: 0 6px; background: none; border: 0; appearance: none; border-radius: 4px }
.filter input::placeholder { color: var(--dim); opacity: 1 }
.filter input::-webkit-search-cancel-button { display: none }
.filter .tool { padding: 0 }
.count { font-size: 12px } .waiting { padding: 0 4px; color: var(--key); white-space: nowrap }
.filter-help { display: none; flex: none; padding: 5px 12px; border-bottom: 1px solid var(--line); font-size: 12px; line-height: 16px; color: var(--dim); white-space: pre-wrap }
.filter:focus-within + .filter-help, .filter-help.wrong { display: block }
.filter-help.wrong { color: var(--error) } .filter-help.wrong::before { content: "✕ " }
.chips { display: flex; flex: none; flex-wrap: wrap; gap: 4px; padding: 6px 10px }
.chips button { padding: 0 7px; height: 22px; border-radius: 11px; border: 1px solid var(--line); color: var(--dim); font-size: 12px; line-height: 20px; white-space: nowrap }
.chips button:hover { border-color: var(--key) }
.chips button[aria-pressed="true"]::before { content: "✓ "; color: var(--key); font-weight: 700 }
.chips button[aria-pressed="true"] { background: color-mix(in srgb, var(--key) 12%, transparent); border-color: color-mix(in srgb, var(--key) 45%, transparent); color: var(--text) }
.chips .saved { border-style: dashed } .chips .saved[aria-pressed="true"] { border-style: solid }
.chips .count { font-size: 12px }
.rows { flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 2px 6px 8px }
.rows h2 { padding: 6px 8px 2px; font-size: 12px; line-height: 16px; font-weight: 400; color: var(--dim) }
.row { display: flex; flex-wrap: wrap; align-items: center; column-gap: 7px; width: 100%; padding: 4px 8px; border-radius: 6px }
.row:hover { background: var(--soft) }
.row[aria-current] { background: color-mix(in srgb, var(--key) 13%, var(--bg)); box-shadow: inset 2px 0 0 var(--key) }
.row .code { font-weight: 600 } .row .code.ok { color: inherit }
.row .path { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.row .ms, .row .times { font-size: 12px }
.row .times { padding: 0 5px; border-radius: 7px; background: var(--soft); line-height: 16px }
.row .sub { flex: 0 0 calc(100% - 23px); margin-left: 23px; font-size: 12px; line-height: 16px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.row .host { margin-right: 6px; padding: 0 5px; border-radius: 4px; background: var(--soft); color: var(--text) }
.row .icon.is-pin { color: var(--key) }
.rows .empty { padding: 10px 8px }
`;
