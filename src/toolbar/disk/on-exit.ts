const waiting = new Set<() => void>();

/**
 * Calls a function when the process exits. One listener serves all callers, so that a process that
 * makes many toolbars gets no warning about listeners.
 *
 * @returns takes it back.
 */
export function onExit(run: () => void): () => void {
  if (waiting.size === 0) process.on("exit", runAll);
  waiting.add(run);
  return () => {
    waiting.delete(run);
    if (waiting.size === 0) process.removeListener("exit", runAll);
  };
}

function runAll(): void {
  for (const run of waiting) run();
}
