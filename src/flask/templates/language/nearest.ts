/** "Fix: did you mean 'upper'?", or what there is to do if no name is near. */
export function nearest(name: string, known: readonly string[]): string {
  let best: string | undefined;
  let least = 3;
  for (const candidate of known) {
    const distance = distanceOf(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best === undefined
    ? "Fix: correct the name, or add it to app.templates before the template is loaded."
    : `Fix: did you mean '${best}'?`;
}

function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++) {
      const change = one[at - 1] === other[to - 1] ? 0 : 1;
      next.push(Math.min(row[to]! + 1, next[to - 1]! + 1, row[to - 1]! + change));
    }
    row = next;
  }
  return row[other.length]!;
}
