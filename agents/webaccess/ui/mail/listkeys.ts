// What the keys of a grid do in the list of messages.

import type { App } from "../model/app";

/** The row that a key leads to from another, or null for keys that lead nowhere. */
export function rowAfter(key: string, from: number, total: number, page: number): number | null {
  const places: Readonly<Record<string, number>> = { ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + page, PageUp: from - page, Home: 0, End: total - 1 };
  const next = places[key];
  return next === undefined || total === 0 ? null : Math.max(0, Math.min(next, total - 1));
}

/** Handles a key of the grid. Arrows read as they go, with Ctrl they only move, with Shift they choose. */
export function listKeys(app: App, e: KeyboardEvent): void {
  const { list } = app;
  const cursor = list.cursor.value;
  const page = Math.max(1, Math.floor(list.viewport.value / list.rowHeight.value) - 1);
  const next = rowAfter(e.key, cursor, list.total.value ?? 0, page);
  if (next !== null) {
    if (e.shiftKey && cursor >= 0 && list.selection.count.value === 0) list.selection.pivot(cursor);
    list.moveCursor(next);
    if (e.shiftKey) list.selection.extend(next);
    else if (!e.ctrlKey && wide()) void app.openRow(next);
  } else if (e.key === "Enter" && cursor >= 0) void app.openRow(cursor);
  else if ((e.key === " " || e.key === "x") && cursor >= 0) list.selection.toggle(cursor);
  else return;
  e.preventDefault();
}

/** Reader and list are seen side by side. */
export function wide(): boolean {
  return matchMedia("(min-width: 900px)").matches;
}
