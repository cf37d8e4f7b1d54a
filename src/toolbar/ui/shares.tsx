import type { JSX } from "preact";
import type { SharesBlock } from "../blocks.ts";

/** What a whole is made of. The names below the bar say the same as the bar. */
export function Shares({ block: { title, total, parts } }: { readonly block: SharesBlock }): JSX.Element {
  const share = (value: number): number => (total > 0 ? (value / total) * 100 : 0);
  return (
    <section>
      {title === undefined ? null : <h3>{title}</h3>}
      <div class="shares" aria-hidden="true">
        {parts.map(({ label, value, hue }) => (
          <span key={label} class={hue === undefined ? "" : `hue-${hue}`} style={{ width: `${share(value)}%` }} />
        ))}
      </div>
      <ul class="legend">
        {parts.map(({ label, value, text, hue }) => (
          <li key={label}>
            <span class={`swatch ${hue === undefined ? "" : `hue-${hue}`}`} aria-hidden="true" />
            {label} <strong>{text}</strong>{" "}
            <span class="dim">{share(value) > 0 && share(value) < 0.5 ? "<1" : Math.round(share(value))} %</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
