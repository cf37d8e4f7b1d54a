/**
 * Puts a text into the clipboard.
 *
 * @returns false if the page or the browser does not allow it; then the user copies it by hand.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
