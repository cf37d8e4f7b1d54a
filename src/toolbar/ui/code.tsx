import type { JSX } from "preact";
import type { CodeBlock } from "../blocks.ts";
import { SqlText } from "./sql-text.tsx";

/** Text in a monospaced font. It can be reached by Tab, because it may have to be scrolled. */
export function Code({ block: { title, text, language, marked = [] } }: { readonly block: CodeBlock }): JSX.Element {
  return (
    <section>
      {title === undefined ? null : <h3>{title}</h3>}
      <pre tabIndex={0} role="region" aria-label={title ?? "Code"}>
        {marked.length > 0 ? (
          text.split("\n").map((line, index) => (
            <span key={index} class={marked.includes(index) ? "code-line hit" : "code-line"}>
              {line}
              {"\n"}
            </span>
          ))
        ) : language === "sql" ? (
          <SqlText text={text} />
        ) : (
          text
        )}
      </pre>
    </section>
  );
}
