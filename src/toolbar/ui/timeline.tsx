import type { JSX } from "preact";
import type { TimelineBlock } from "../blocks.ts";
import { useFirstRows } from "./use-first-rows.tsx";
import { Where } from "./where.tsx";

const DEEPEST = 12;

/** Events over time, each with its bar. */
export function Timeline({ block: { title, total, rows } }: { readonly block: TimelineBlock }): JSX.Element {
  const { drawn, button } = useFirstRows(rows);
  const share = (time: number): number => (total > 0 ? Math.min(100, (time / total) * 100) : 0);
  return (
    <section>
      {title === undefined ? null : <h3>{title}</h3>}
      <div class="scale" aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part} class={part === 0.75 ? "middle" : ""}>
            {axisText(total * part)}
          </span>
        ))}
      </div>
      <ol class="timeline">
        {drawn.map(({ label, start, duration, tone, hue, detail, depth = 0, where }, index) => (
          <li key={index}>
            <span class="label" style={{ paddingInlineStart: `${Math.min(depth, DEEPEST) * 14}px` }}>
              <span class="label-text" title={label}>
                {label}
              </span>
              {detail === undefined ? null : <span class="detail">{detail}</span>}
              {where === undefined || where === "" ? null : <Where where={where} isShort />}
            </span>
            <span class="track" aria-hidden="true">
              <span
                class={`${duration > 0 ? "bar" : "moment"} ${tone ?? (hue === undefined ? "plain" : `hue-${hue}`)}`}
                style={
                  duration > 0
                    ? { left: `${share(start)}%`, width: `max(2px, ${Math.min(share(duration), 100 - share(start))}%)` }
                    : { left: `${share(start)}%` }
                }
              />
            </span>
            <span class="time">{duration > 0 ? `${duration.toFixed(1)} ms` : `at ${start.toFixed(1)} ms`}</span>
          </li>
        ))}
      </ol>
      {button}
    </section>
  );
}

function axisText(time: number): string {
  return time === 0 ? "0" : `${time < 10 ? time.toFixed(1) : Math.round(time).toLocaleString("en-US")} ms`;
}
