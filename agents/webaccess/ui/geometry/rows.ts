// Where rows of a list with rows of one height are, and which of them are seen. A list may be higher than browsers can scroll; its spacer ends at
// SPACER_LIMIT then: the thumb is proportional, while small movements (wheel, touch, keys) stay true pixels.

/** The highest spacer, in pixels. Browsers end at 17 to 33 million, half of that on dense screens. */
export const SPACER_LIMIT = 8_000_000;

/** The most rows that are drawn, whatever the screen. */
export const DRAWN_LIMIT = 60;

/** A list: how many rows it has, how high each is, and how much of it is seen, in pixels. */
export interface Extent {
  readonly rows: number;
  readonly rowHeight: number;
  readonly viewport: number;
}

/** offset is the first pixel of the list that is seen, top the scrollTop at which it is shown. */
export interface Place {
  readonly offset: number;
  readonly top: number;
}

/** Some rows of a list. */
export interface Span {
  readonly first: number;
  readonly count: number;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** How high the scrolled content is. */
export function spacerHeight(e: Extent): number {
  return Math.min(e.rows * e.rowHeight, SPACER_LIMIT);
}

/** The offset of the end. */
export function lastOffset(e: Extent): number {
  return Math.max(0, e.rows * e.rowHeight - e.viewport);
}

function lastTop(e: Extent): number {
  return Math.max(0, spacerHeight(e) - e.viewport);
}

/** Where the thumb belongs for an offset. */
export function topOf(e: Extent, offset: number): number {
  const end = lastOffset(e);
  return end === 0 ? 0 : (clamp(offset, 0, end) / end) * lastTop(e);
}

/** The place at an offset, with the thumb where it belongs. */
export function placeAt(e: Extent, offset: number): Place {
  const inside = clamp(offset, 0, lastOffset(e));
  return { offset: inside, top: topOf(e, inside) };
}

/** The place after the browser has scrolled to a scrollTop: a small step moves true pixels, a jump of the thumb the same share of the list. */
export function scrolledTo(e: Extent, place: Place, top: number): Place {
  const end = lastTop(e);
  const inside = clamp(top, 0, end);
  if (inside === 0 || inside === end) return { offset: inside === 0 ? 0 : lastOffset(e), top: inside };
  if (lastOffset(e) === end) return { offset: inside, top: inside };
  const step = inside - place.top;
  if (Math.abs(step) <= e.viewport) return { offset: clamp(place.offset + step, 0, lastOffset(e)), top: inside };
  return { offset: (inside / end) * lastOffset(e), top: inside };
}

/** The rows of which something is seen. */
export function seen(e: Extent, offset: number): Span {
  const first = clamp(Math.floor(offset / e.rowHeight), 0, Math.max(0, e.rows - 1));
  const behind = clamp(Math.ceil((offset + e.viewport) / e.rowHeight), 0, e.rows);
  return { first, count: Math.max(0, behind - first) };
}

/** The rows to draw: those that are seen and some around them, never more than DRAWN_LIMIT. */
export function drawn(e: Extent, offset: number, around: number): Span {
  const inner = seen(e, offset);
  const spare = Math.max(0, Math.min(around, Math.floor((DRAWN_LIMIT - inner.count) / 2)));
  const first = Math.max(0, inner.first - spare);
  const behind = Math.min(e.rows, inner.first + inner.count + spare, first + DRAWN_LIMIT);
  return { first, count: behind - first };
}

/** The offset nearest to the present one at which a row is seen whole. */
export function revealing(e: Extent, offset: number, row: number): number {
  const top = row * e.rowHeight;
  if (top < offset) return top;
  if (top + e.rowHeight > offset + e.viewport) return clamp(top + e.rowHeight - e.viewport, 0, lastOffset(e));
  return offset;
}
