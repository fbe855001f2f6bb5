// Sets of row numbers as ranges, so that all of 200,000 rows is one entry. Values never change; each function makes a new one.

/** from is the first number, to the one behind the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Ranges in their order, none empty, none touching another. */
export type Ranges = readonly Range[];

export const none: Ranges = [];

/** Whether a number is in the set. */
export function has(ranges: Ranges, n: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined || n < range.from) high = middle;
    else if (n >= range.to) low = middle + 1;
    else return true;
  }
  return false;
}

/** How many numbers are in the set. */
export function size(ranges: Ranges): number {
  return ranges.reduce((sum, r) => sum + r.to - r.from, 0);
}

/** The set with a range. */
export function add(ranges: Ranges, range: Range): Ranges {
  if (range.from >= range.to) return ranges;
  let { from, to } = range;
  const before: Range[] = [];
  const behind: Range[] = [];
  for (const r of ranges) {
    if (r.to < from) before.push(r);
    else if (r.from > to) behind.push(r);
    else {
      from = Math.min(from, r.from);
      to = Math.max(to, r.to);
    }
  }
  return [...before, { from, to }, ...behind];
}

/** The set without a range. */
export function remove(ranges: Ranges, range: Range): Ranges {
  const left: Range[] = [];
  for (const r of ranges) {
    const head = { from: r.from, to: Math.min(r.to, range.from) };
    const tail = { from: Math.max(r.from, range.to), to: r.to };
    if (range.from >= range.to) left.push(r);
    else {
      if (head.from < head.to) left.push(head);
      if (tail.from < tail.to) left.push(tail);
    }
  }
  return left;
}

/** The set with a number if it was without, else without it. */
export function toggle(ranges: Ranges, n: number): Ranges {
  const one = { from: n, to: n + 1 };
  return has(ranges, n) ? remove(ranges, one) : add(ranges, one);
}

/** All numbers between two, both included, whichever is greater. */
export function between(a: number, b: number): Ranges {
  return [{ from: Math.min(a, b), to: Math.max(a, b) + 1 }];
}
