// What tests of pure code are made of: a list of failures, and chance that is the same each time.

export class Checks {
  readonly failures: string[] = [];
  count = 0;

  equal(what: string, got: unknown, want: unknown): void {
    this.count++;
    const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
    if (a !== b && this.failures.length < 20) this.failures.push(`${what}: ${a}, want ${b}`);
  }
}

/** Numbers from 0 to below 1 (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
