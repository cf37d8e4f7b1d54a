import { useEffect } from "preact/hooks";

/**
 * Pads the page's body while the drawer covers its end, so that the end can be read and what has
 * the focus is scrolled above the drawer. It uses a style sheet of its own: the page's attributes
 * stay as they are, and a body that is replaced is padded too.
 *
 * @param height pixels that are covered; 0 for none.
 */
export function usePagePadding(height: number): void {
  useEffect(() => {
    if (height === 0 || document.body === null) return undefined;
    const own = Number.parseFloat(getComputedStyle(document.body).paddingBottom) || 0;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      `@media not print { body { padding-bottom: ${own + height}px !important } html { scroll-padding-bottom: ${height}px !important } }`,
    );
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    };
  }, [height]);
}
