// Geometry against twins that do the same one row or one number at a time.

import { add, has, none, remove, size, toggle, type Range, type Ranges } from "../geometry/ranges";
import { clamp, drawn, DRAWN_LIMIT, lastOffset, placeAt, revealing, scrolledTo, seen, spacerHeight, SPACER_LIMIT, type Extent, type Place } from "../geometry/rows";
import { chance, type Checks } from "./check";

/** Sets of numbers as ranges, against a Set. */
export function ranges(c: Checks): void {
  const random = chance(1);
  const below = (n: number): number => Math.floor(random() * n);
  for (let round = 0; round < 2_000; round++) {
    let set: Ranges = none;
    const twin = new Set<number>();
    for (let step = 0; step < 12; step++) {
      const from = below(20);
      const range: Range = { from, to: from + below(8) };
      const kind = below(3);
      if (kind === 2) {
        set = toggle(set, from);
        if (!twin.delete(from)) twin.add(from);
      } else {
        set = kind === 0 ? add(set, range) : remove(set, range);
        for (let n = range.from; n < range.to; n++) if (kind === 0) twin.add(n);
        else twin.delete(n);
      }
    }
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    c.equal(`round ${round}`, numbers.filter((n) => has(set, n)), numbers.filter((n) => twin.has(n)));
    c.equal(`size ${round}`, size(set), twin.size);
    c.equal(`apart ${round}`, set.every((r, i) => r.from < r.to && (i === 0 || (set[i - 1]?.to ?? 0) < r.from)), true);
  }
}

/** Which rows are seen, asking each of them. */
function seenTwin(e: Extent, offset: number): number[] {
  return Array.from({ length: e.rows }, (_, i) => i).filter((i) => i * e.rowHeight < offset + e.viewport && (i + 1) * e.rowHeight > offset);
}

export function windows(c: Checks): void {
  const random = chance(2);
  for (let round = 0; round < 2_000; round++) {
    const e: Extent = { rows: Math.floor(random() * 200), rowHeight: [32, 56, 76][Math.floor(random() * 3)] ?? 32, viewport: 100 + Math.floor(random() * 900) };
    const offset = Math.floor(random() * (lastOffset(e) + 1));
    const span = seen(e, offset);
    c.equal(`seen ${round}`, Array.from({ length: span.count }, (_, i) => span.first + i), seenTwin(e, offset));
    const more = drawn(e, offset, 8);
    c.equal(`drawn ${round}`, more.first <= span.first && more.first + more.count >= span.first + span.count && more.count <= DRAWN_LIMIT && more.first + more.count <= e.rows, true);
    const row = Math.floor(random() * Math.max(1, e.rows));
    const shown = revealing(e, offset, row);
    if (e.rows > 0) c.equal(`revealing ${round}`, row * e.rowHeight >= shown && (row + 1) * e.rowHeight <= shown + e.viewport, true);
  }
}

/** Long lists: every pixel can be reached by small steps, the thumb reaches every part, and both ends are ends. */
export function scrolling(c: Checks): void {
  for (const [rows, rowHeight] of [[200_000, 56], [200_000, 32], [1_000_000, 76], [100, 56]] as const) {
    const e: Extent = { rows, rowHeight, viewport: 800 };
    c.equal("spacer", spacerHeight(e) <= SPACER_LIMIT, true);
    const end = spacerHeight(e) - e.viewport;
    let place: Place = { offset: 0, top: 0 };
    for (let step = 1; step <= 500; step++) {
      place = scrolledTo(e, place, place.top + 40);
      c.equal(`step ${step} of ${rows}`, place.offset, clamp(step * 40, 0, lastOffset(e)));
    }
    c.equal(`end of ${rows}`, scrolledTo(e, place, end).offset, lastOffset(e));
    c.equal(`begin of ${rows}`, scrolledTo(e, { offset: lastOffset(e), top: end }, 0).offset, 0);
    for (const share of [0.1, 0.5, 0.9]) {
      const jumped = scrolledTo(e, { offset: 0, top: 0 }, end * share);
      if (end * share > e.viewport) c.equal(`thumb at ${share} of ${rows}`, Math.round((jumped.offset / lastOffset(e)) * 1e6) / 1e6, share);
      const back = placeAt(e, jumped.offset);
      c.equal(`thumb back ${share} of ${rows}`, Math.round(back.top), Math.round(end * share));
    }
  }
}
