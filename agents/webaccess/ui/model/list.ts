// The list of messages: which folder, which window of it is loaded, and where it is scrolled to. The server keeps the order; here is never more than
// some pages, and a change makes the seen window be fetched again around the row that is on top.

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import type { Client } from "../api/client";
import type { Density, Filter, ID, Row, Rows, RowsQuery, Sort } from "../api/types.gen";
import { has } from "../geometry/ranges";
import { clamp, drawn, placeAt, revealing, scrolledTo, type Extent, type Place } from "../geometry/rows";
import { Selection } from "./selection";

/** The height of a row, in pixels. */
export const rowHeights: Readonly<Record<Density, number>> = { compact: 32, comfortable: 56, preview: 76 };

/** How many rows are drawn around those that are seen, and how many more are fetched. */
const around = 8;
const ahead = 20;
/** How many rows are remembered. */
const remembered = 2_000;

export class MessageList {
  readonly folder = signal<ID>("");
  readonly sort = signal<Sort>("-date");
  readonly filter = signal<Filter>("");
  /** How many rows there are; null before that is known. */
  readonly total = signal<number | null>(null);
  readonly rows = signal<ReadonlyMap<number, Row>>(new Map());
  readonly failed = signal(false);
  readonly cursor = signal(-1);
  readonly viewport = signal(0);
  readonly rowHeight = signal(rowHeights.comfortable);
  readonly place = signal<Place>({ offset: 0, top: 0 });
  readonly selection = new Selection(this);
  readonly extent = computed<Extent>(() => ({ rows: this.total.value ?? 0, rowHeight: this.rowHeight.value, viewport: this.viewport.value }));
  readonly span = computed(() => drawn(this.extent.value, this.place.value.offset, around));
  readonly cursorRow = computed(() => this.rows.value.get(this.cursor.value));
  /** Called when a choice of places was given up, because the list has changed under it. */
  onSelectionLost: () => void = () => {};

  #generation = 0;
  #filling = false;
  #refreshing = false;
  #again = false;
  #keep: string[] = [];

  constructor(
    readonly client: Client,
    readonly limit: () => number,
  ) {
    effect(() => {
      const span = this.span.value;
      const rows = this.rows.value;
      for (let i = span.first; i < span.first + span.count; i++) {
        if (!rows.has(i)) return void untracked(() => this.#fill());
      }
    });
  }

  row(index: number): Row | undefined {
    return this.rows.value.get(index);
  }

  query(): { folder: ID; sort: Sort; filter: Filter } {
    return { folder: this.folder.value, sort: this.sort.value, filter: this.filter.value };
  }

  /** Shows a folder from its beginning. */
  open(folder: ID, change: { sort?: Sort; filter?: Filter } = {}): Promise<void> {
    batch(() => {
      if (folder !== this.folder.value) this.filter.value = "";
      this.folder.value = folder;
      if (change.sort !== undefined) this.sort.value = change.sort;
      if (change.filter !== undefined) this.filter.value = change.filter;
      this.#generation++;
      this.#keep = [];
      this.total.value = null;
      this.rows.value = new Map();
      this.cursor.value = -1;
      this.failed.value = false;
      this.place.value = { offset: 0, top: 0 };
      this.selection.clear();
    });
    return this.#fetch({ at: 0, n: this.#count(Math.ceil(this.viewport.peek() / this.rowHeight.peek()) + ahead) }, (r) => this.#accept(r));
  }

  #count(n: number): number {
    return Math.min(Math.max(n, 40), this.limit());
  }

  async #fetch(window: Omit<RowsQuery, "folder">, done: (rows: Rows) => void): Promise<void> {
    const generation = this.#generation;
    try {
      const rows = await this.client.rows({ ...this.query(), ...window, keep: this.#keep });
      if (generation !== this.#generation) return;
      batch(() => {
        this.failed.value = false;
        done(rows);
      });
    } catch {
      if (generation === this.#generation) this.failed.value = true;
    }
  }

  /** Fetches what is drawn and not loaded, one request at a time; the last place wins. */
  async #fill(): Promise<void> {
    if (this.#filling || this.failed.peek()) return;
    this.#filling = true;
    const span = this.span.peek();
    await this.#fetch({ at: Math.max(0, span.first - ahead), n: this.#count(span.count + 2 * ahead) }, (r) => {
      this.#accept(r);
      this.failed.value = r.rows.length === 0 && r.total > 0;
    });
    this.#filling = false;
    this.rows.value = new Map(this.rows.peek());
  }

  #accept(answer: Rows): void {
    const same = answer.total === this.total.value;
    const rows = new Map(same && this.rows.value.size < remembered ? this.rows.value : []);
    answer.rows.forEach((row, i) => rows.set(answer.at + i, row));
    this.total.value = answer.total;
    this.rows.value = rows;
    if (!same) this.place.value = placeAt(this.extent.value, this.place.value.offset);
  }

  /** The folder has changed: what is seen is fetched again, and the row on top stays where it is. */
  async refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#again = true;
      return;
    }
    this.#refreshing = true;
    this.failed.value = false;
    const first = Math.floor(this.place.value.offset / this.rowHeight.value);
    const anchor = first === 0 ? undefined : this.row(first);
    const span = this.span.value;
    const at = Math.max(0, span.first - ahead);
    const window = { at, n: this.#count(span.count + 2 * ahead) };
    await this.#fetch(anchor ? { ...window, key: anchor.key, before: first - at } : window, (r) => this.#replace(r, anchor, first));
    this.#refreshing = false;
    if (this.#again) {
      this.#again = false;
      await this.refresh();
    }
  }

  #replace(answer: Rows, anchor: Row | undefined, first: number): void {
    const cursor = this.cursorRow.value;
    const found = anchor ? answer.rows.findIndex((r) => r.key === anchor.key) : -1;
    const shift = found < 0 ? 0 : answer.at + found - first;
    const at = cursor ? answer.rows.findIndex((r) => r.key === cursor.key) : -1;
    if (this.selection.moved()) this.onSelectionLost();
    this.total.value = answer.total;
    this.rows.value = new Map(answer.rows.map((row, i) => [answer.at + i, row]));
    if (this.cursor.value >= 0) this.cursor.value = Math.min(at < 0 ? this.cursor.value + shift : answer.at + at, answer.total - 1);
    this.place.value = placeAt(this.extent.value, this.place.value.offset + shift * this.rowHeight.value);
  }

  /** Moves the thumb's top, as the browser did. */
  scrolled(top: number): void {
    this.place.value = scrolledTo(this.extent.value, this.place.value, top);
  }

  /** Moves true pixels. */
  scrollBy(pixels: number): void {
    this.place.value = placeAt(this.extent.value, this.place.value.offset + pixels);
  }

  resize(viewport: number): void {
    this.viewport.value = viewport;
  }

  setDensity(height: number): void {
    const first = this.place.value.offset / this.rowHeight.value;
    this.rowHeight.value = height;
    this.place.value = placeAt(this.extent.value, first * height);
  }

  /** Puts the cursor on a row and shows it. */
  moveCursor(index: number): void {
    const total = this.total.value ?? 0;
    if (total === 0) return;
    this.cursor.value = clamp(index, 0, total - 1);
    this.place.value = placeAt(this.extent.value, revealing(this.extent.value, this.place.value.offset, this.cursor.value));
  }

  chosen(index: number): boolean {
    const { ids, ranges } = this.selection.chosen.value;
    const row = this.row(index);
    return has(ranges, index) || (row !== undefined && ids.has(row.id));
  }

  /** Changes rows as an action will have changed them; the next fetch shows what is true. */
  patch(which: (row: Row, index: number) => boolean, change: (row: Row) => Row): void {
    const rows = new Map(this.rows.value);
    for (const [index, row] of rows) {
      if (!which(row, index)) continue;
      rows.set(index, change(row));
      if (this.filter.value !== "" && this.#keep.length < 50) this.#keep.push(row.key);
    }
    this.rows.value = rows;
  }

  /** Takes rows out that an action removes, so that those behind move up at once. */
  take(which: (row: Row, index: number) => boolean): void {
    const rows = new Map<number, Row>();
    const cursor = this.cursor.value;
    let gone = 0;
    let above = 0;
    for (const [index, row] of [...this.rows.value].sort((a, b) => a[0] - b[0])) {
      if (which(row, index)) {
        gone++;
        if (index < cursor) above++;
      } else rows.set(index - gone, row);
    }
    const total = Math.max(0, (this.total.value ?? 0) - gone);
    batch(() => {
      this.total.value = total;
      this.rows.value = rows;
      this.cursor.value = Math.min(cursor - above, total - 1);
      this.selection.clear();
      this.place.value = placeAt(this.extent.value, this.place.value.offset);
    });
  }
}
