// Which rows of a list are chosen: by their ids as long as all of them are loaded, otherwise by their places, so that 200,000 rows cost nothing.

import { computed, signal } from "@preact/signals";
import type { ID, MessageSelection, Row } from "../api/types.gen";
import { between, none, size, toggle, type Ranges } from "../geometry/ranges";

export interface Chosen {
  readonly ids: ReadonlySet<ID>;
  readonly ranges: Ranges;
}

const nothing: Chosen = { ids: new Set(), ranges: none };

/** The list that a selection is of. */
export interface Selectable {
  row(index: number): Row | undefined;
  query(): Required<Pick<MessageSelection, "folder" | "sort" | "filter">>;
}

export class Selection {
  readonly chosen = signal<Chosen>(nothing);
  readonly count = computed(() => this.chosen.value.ids.size + size(this.chosen.value.ranges));
  #pivot = 0;

  constructor(readonly list: Selectable) {}

  clear(): void {
    if (this.count.peek() > 0) this.chosen.value = nothing;
  }

  /** Says that the next range begins at a row. */
  pivot(index: number): void {
    this.#pivot = index;
  }

  /** Chooses a row, or not any more. */
  toggle(index: number): void {
    this.#pivot = index;
    const { ids, ranges } = this.chosen.value;
    const row = this.list.row(index);
    if (ranges.length > 0 || row === undefined) {
      this.chosen.value = { ids: new Set(), ranges: toggle(this.#asRanges(), index) };
      return;
    }
    const next = new Set(ids);
    if (!next.delete(row.id)) next.add(row.id);
    this.chosen.value = { ids: next, ranges: none };
  }

  /** Chooses all rows from where the last choice was. */
  extend(index: number): void {
    this.#choose(between(this.#pivot, index));
  }

  all(total: number): void {
    if (total > 0) this.#choose([{ from: 0, to: total }]);
  }

  #choose(ranges: Ranges): void {
    const ids = size(ranges) <= 200 ? this.#idsOf(ranges) : null;
    this.chosen.value = ids ? { ids, ranges: none } : { ids: new Set(), ranges };
  }

  #idsOf(ranges: Ranges): Set<ID> | null {
    const ids = new Set<ID>();
    for (const r of ranges) {
      for (let i = r.from; i < r.to; i++) {
        const row = this.list.row(i);
        if (row === undefined) return null;
        ids.add(row.id);
      }
    }
    return ids;
  }

  #asRanges(): Ranges {
    return this.chosen.value.ranges;
  }

  /** The places of rows mean something else now; true if a choice was given up for that. */
  moved(): boolean {
    if (this.chosen.peek().ranges.length === 0) return false;
    this.chosen.value = nothing;
    return true;
  }

  /** The argument for the server; null without a choice. */
  argument(): MessageSelection | null {
    const { ids, ranges } = this.chosen.value;
    if (ids.size > 0) return { ids: [...ids], folder: this.list.query().folder };
    if (ranges.length === 0) return null;
    return { ...this.list.query(), ranges: ranges.map((r) => ({ at: r.from, n: r.to - r.from })) };
  }
}
