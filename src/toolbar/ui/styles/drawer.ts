/** The open toolbar: its head, its menus and its sheets. */
export const DRAWER = `
.drawer { position: fixed; inset: auto 0 0 0; max-height: calc(100vh - 16px); display: grid; grid-template-rows: 38px minmax(0, 1fr); background: var(--bg); border-top: 1px solid var(--line); box-shadow: var(--shadow) }
.drawer.page { inset: 0; max-height: none; grid-template-rows: 46px minmax(0, 1fr); box-shadow: none; border: 0 }
.grip { position: absolute; inset: -4px 0 auto 0; height: 8px; cursor: ns-resize; touch-action: none; z-index: 2 }
.grip::before { content: ""; position: absolute; inset: 4px auto auto 50%; width: 36px; height: 3px; margin-left: -18px; border-radius: 2px; background: var(--line) }
.grip:hover::after, .grip:focus-visible::after { content: ""; position: absolute; inset: 3px 0 auto 0; height: 2px; background: var(--key) }
.grip:focus-visible { outline: none }
header { display: flex; align-items: center; gap: 8px; min-width: 0; padding: 0 6px 0 12px; background: var(--panel); border-bottom: 1px solid var(--line) }
.brand { display: inline-flex; align-items: center; gap: 7px; flex: none; margin-right: 4px; font-weight: 600 }
.line { display: inline-flex; align-items: center; gap: 10px; min-width: 0 }
.line .path { min-width: 2ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 13px }
.line .ms { white-space: nowrap }
.method { font-weight: 600; font-size: 12px }
.space { flex: 1 }
.tools { display: flex; gap: 2px }
.list-button, .menu .narrow { display: none }
.link { flex: none; max-width: 280px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 2px 8px; border-radius: 6px; color: var(--info); text-decoration: none; font-size: 12px }
.link:hover { background: var(--soft) }
.body { display: grid; grid-template-columns: minmax(250px, 320px) minmax(0, 1fr); min-height: 0 }
.page .body { grid-template-columns: minmax(280px, 380px) minmax(0, 1fr) }

.menu-place { position: static; display: flex }
.menu { position: absolute; z-index: 3; top: 36px; right: 6px; display: flex; flex-direction: column; min-width: 210px; max-width: calc(100% - 12px); max-height: calc(100% - 42px); overflow: auto; padding: 5px; background: var(--panel); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow) }
.page .menu { top: 42px; max-height: calc(100vh - 56px) }
.tools .menu { right: 170px }
.menu button, .menu a { display: flex; align-items: center; flex: none; width: 100%; min-height: 28px; padding: 3px 10px 3px 4px; border-radius: 6px; color: var(--text); text-decoration: none; white-space: nowrap }
.menu button:hover, .menu a:hover, .menu button:focus-visible, .menu a:focus-visible { background: var(--soft) }
.menu kbd { margin-left: auto }
.menu .check { flex: none; width: 20px; text-align: center; color: var(--key); font-weight: 700 }
.menu-title { padding: 8px 10px 2px 24px; font-size: 12px; line-height: 16px; color: var(--dim) }

.sheet { position: absolute; z-index: 4; inset: 0; overflow: auto; padding: 10px 16px 16px; background: var(--panel) }
.sheet:focus-visible { outline: none }
.sheet-head { display: flex; align-items: center; justify-content: space-between; margin-bottom: 8px }
h2 { font: 600 14px/24px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; color: var(--text) }
.keys { columns: 2 340px; column-gap: 40px; margin-bottom: 12px }
.keys > div { display: grid; grid-template-columns: 112px 1fr; align-items: center; min-height: 30px; break-inside: avoid }
.keys dt { display: flex; gap: 4px }
.copied { display: block; width: 100%; height: calc(100% - 84px); min-height: 80px; padding: 10px 12px; resize: none; background: var(--bg); border: 1px solid var(--line); border-radius: 8px; line-height: 18px; white-space: pre }
.sheet-foot { display: flex; align-items: center; gap: 12px; margin-top: 10px; color: var(--dim) }
.message-place { position: fixed; z-index: 5; right: 16px; bottom: 16px }
.message { display: flex; align-items: center; gap: 8px; padding: 7px 8px 7px 14px; border-radius: 8px; background: var(--text); color: var(--bg); box-shadow: var(--shadow) }
.message .link { color: inherit; text-decoration: underline } .message .link:hover { background: none }
`;
