// Moving the focus among elements that the tab key reaches as one.

/** Moves the focus as an arrow, Home, End or a letter says; false if the key is none of these. */
export function moved(box: HTMLElement | null, selector: string, e: KeyboardEvent): boolean {
  if (box === null || e.ctrlKey || e.metaKey || e.altKey) return false;
  const all = [...box.querySelectorAll<HTMLElement>(selector)];
  const at = all.findIndex((x) => x === document.activeElement);
  const last = all.length - 1;
  const places: Readonly<Record<string, number>> = { ArrowDown: at >= last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last };
  let next = places[e.key];
  if (next === undefined && e.key.length === 1 && e.key !== " ") {
    const wanted = e.key.toLocaleLowerCase();
    const order = [...all.keys()].map((i) => (at + 1 + i) % all.length);
    next = order.find((i) => all[i]?.textContent?.trim().toLocaleLowerCase().startsWith(wanted));
  }
  if (next === undefined) return false;
  all[next]?.focus();
  return true;
}
