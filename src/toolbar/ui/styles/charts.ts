/** The timeline and the flame graph. */
export const CHARTS = `
.timeline { display: grid; grid-template-columns: minmax(140px, 42%) minmax(120px, 1fr) 88px }
.timeline li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; column-gap: 16px; align-items: center; min-height: 26px; border-top: 1px solid var(--line) }
.timeline li:last-child { border-bottom: 1px solid var(--line) }
.timeline li:hover { background: var(--bg) }
.timeline .label { display: flex; align-items: baseline; gap: 8px; min-width: 0; white-space: nowrap }
.timeline .label-text { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis } .timeline .label-text:only-child { flex: 1 }
.timeline .label .detail { flex: none; max-width: 50%; overflow: hidden; text-overflow: ellipsis } .timeline .label .where { flex: none; max-width: 55%; overflow: hidden; text-overflow: ellipsis; margin-left: auto }
.scale { position: relative; display: grid; grid-template-columns: repeat(4, 1fr); margin: 0 104px 2px calc(42% + 16px); font-size: 12px; line-height: 16px; color: var(--dim) }
.scale > :last-child { position: absolute; right: 0; background: var(--panel) }
.track { position: relative; align-self: stretch; background: linear-gradient(90deg, var(--line) 1px, transparent 1px) 0 0 / 25% 100% }
.bar { position: absolute; inset: 7px auto 7px 0; border-radius: 3px; background: var(--hue, currentColor) }
.bar.plain { color: var(--dim) }
.moment { position: absolute; top: calc(50% - 5px); width: 9px; height: 9px; margin-left: -4px; border-radius: 2px; rotate: 45deg; background: var(--text) }
.time { color: var(--dim); text-align: end; white-space: nowrap }

.flame-head { display: flex; align-items: center; justify-content: space-between; min-height: 30px; gap: 10px }
.flame-info { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.flame-box { max-height: 322px; overflow: hidden auto; border-radius: 6px; background: var(--bg) }
.flame { position: relative; min-height: 20px; overflow: hidden }
.frame { position: absolute; container-type: inline-size; height: 19px; overflow: hidden; border-radius: 2px; cursor: pointer; font: 12px/19px var(--mono); white-space: nowrap; text-overflow: clip; color: var(--text); background: color-mix(in srgb, var(--hue) 28%, var(--panel)); box-shadow: inset -1px 0 0 var(--panel) }
.frame > span { padding: 0 4px }
@container (max-width: 22px) { .frame > span { display: none } }
.frame:hover { background: color-mix(in srgb, var(--hue) 48%, var(--panel)) }

.shares { display: flex; gap: 1px; height: 12px; border-radius: 4px; overflow: hidden; background: var(--soft) }
.shares > span { min-width: 2px; background: var(--hue, var(--soft)) }
.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; margin-top: 8px; font-size: 12px; line-height: 18px }
.legend li { white-space: nowrap } .legend strong { margin-left: 3px; font-weight: 600 }
.swatch { display: inline-block; width: 9px; height: 9px; margin-right: 5px; border-radius: 3px; background: var(--hue, var(--soft)); outline: 1px solid var(--hue, var(--line)); outline-offset: -1px }
`;
