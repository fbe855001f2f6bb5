import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { lastOffset, spacerHeight, topOf, type Extent, type Place, type Span } from "../geometry/rows";

/** A list of rows of one height, of which only those are drawn that are seen. The focus is the grid's; the cursor is its active descendant. */
export interface GridProps {
  label: string;
  density: string;
  extent: Extent;
  place: Place;
  span: Span;
  /** -1 is no cursor. */
  cursor: number;
  /** Rows are being chosen: marks to choose with are shown. */
  choosing: boolean;
  selected: (index: number) => boolean;
  /** Marks of a row for the looks, and its parts. */
  row: (index: number) => { readonly key: string; readonly unread: boolean; readonly label: string; readonly content: ComponentChildren };
  onScrolled: (top: number) => void;
  onWheel: (pixels: number) => void;
  onResize: (height: number) => void;
  onPress: (index: number, e: MouseEvent) => void;
  onMenu: (index: number, e: MouseEvent, grid: HTMLElement) => void;
  onDrag: (index: number, data: DataTransfer) => void;
  onKey: (e: KeyboardEvent) => void;
}

/** Wheels move true pixels where the browser's own scrolling would jump. */
function wheeling(box: HTMLElement, p: { readonly current: GridProps }): () => void {
  const wheel = (e: WheelEvent): void => {
    const { extent, onWheel } = p.current;
    if (e.ctrlKey || spacerHeight(extent) - extent.viewport >= lastOffset(extent)) return;
    e.preventDefault();
    onWheel(e.deltaY * [1, extent.rowHeight, extent.viewport][e.deltaMode]!);
  };
  box.addEventListener("wheel", wheel, { passive: false });
  return () => box.removeEventListener("wheel", wheel);
}

function indexOf(e: Event): number {
  const row = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-index]") : null;
  return row ? Number(row.dataset.index) : -1;
}

/** Keeps the browser's scrollTop and the model's place the same, and tells the grid's height. */
function useScroll(p: GridProps) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(p);
  latest.current = p;
  useLayoutEffect(() => {
    const grid = box.current;
    if (!grid) return;
    const sizes = new ResizeObserver(() => latest.current.onResize(grid.clientHeight));
    sizes.observe(grid);
    latest.current.onResize(grid.clientHeight);
    // Whoever comes from a page that is gone goes on with the list.
    if (document.activeElement === document.body) grid.focus({ preventScroll: true });
    const stop = wheeling(grid, latest);
    return () => {
      sizes.disconnect();
      stop();
    };
  }, []);
  useLayoutEffect(() => {
    const grid = box.current;
    if (grid && Math.abs(grid.scrollTop - p.place.top) >= 1) grid.scrollTop = p.place.top;
  }, [p.place.top, p.extent]);
  return box;
}

function GridRow({ p, index }: { p: GridProps; index: number }) {
  const { key, unread, label, content } = p.row(index);
  const y = Math.round(p.place.top + index * p.extent.rowHeight - p.place.offset);
  return (
    <div
      class="row"
      role="row"
      id={`row-${index}`}
      key={key}
      data-index={index}
      data-unread={unread || undefined}
      data-cursor={index === p.cursor || undefined}
      aria-rowindex={index + 1}
      aria-selected={p.selected(index)}
      aria-label={label}
      draggable
      style={{ transform: `translateY(${y}px)` }}
    >
      {content}
    </div>
  );
}

export function Grid(p: GridProps) {
  const box = useScroll(p);
  const indexes = Array.from({ length: p.span.count }, (_, i) => p.span.first + i);
  const inside = p.cursor >= p.span.first && p.cursor < p.span.first + p.span.count;
  const at = (e: MouseEvent, run: (index: number) => void): void => {
    const index = indexOf(e);
    if (index >= 0) run(index);
  };
  const menu = (e: MouseEvent & { currentTarget: HTMLElement }): void => {
    e.preventDefault();
    at(e, (i) => p.onMenu(i, e, e.currentTarget));
  };
  return (
    <div
      ref={box}
      class="grid"
      role="grid"
      tabIndex={0}
      aria-label={p.label}
      aria-rowcount={p.extent.rows}
      aria-multiselectable="true"
      aria-activedescendant={inside ? `row-${p.cursor}` : undefined}
      data-density={p.density}
      data-choosing={p.choosing || undefined}
      style={{ "--row": `${p.extent.rowHeight}px` }}
      onScroll={(e) => p.onScrolled(e.currentTarget.scrollTop)}
      onClick={(e) => at(e, (i) => p.onPress(i, e))}
      onContextMenu={menu}
      onKeyDown={p.onKey}
      onDragStart={(e) => at(e, (i) => e.dataTransfer && p.onDrag(i, e.dataTransfer))}
    >
      <div class="spacer" role="presentation" style={{ height: `${spacerHeight(p.extent)}px` }}>
        {indexes.map((i) => (
          <GridRow key={p.row(i).key} p={p} index={i} />
        ))}
      </div>
    </div>
  );
}

/** The place of a bubble beside the thumb, from the top of the grid. */
export function bubbleTop(extent: Extent, place: Place): number {
  const end = lastOffset(extent);
  return end === 0 ? 0 : (topOf(extent, place.offset) / Math.max(1, spacerHeight(extent) - extent.viewport)) * (extent.viewport - 28);
}
