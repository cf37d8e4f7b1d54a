let hasWarned = false;

/**
 * Says once that a handler of Express 4 has returned a promise that was rejected. Express 4 does
 * not look at it, so without the toolbar the request gets no answer and the process ends.
 */
export function warnOfRejection(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    "The promise of a handler was rejected, and Express 4 does not look at it. Without the toolbar the request would get no answer, and the process would end. " +
      'Fix: pass the error on, such as app.get("/", (request, response, next) => void answer(request, response).catch(next)), or use Express 5.',
    { type: "LatchkeyWarning", code: "LATCHKEY_REJECTION" },
  );
}
