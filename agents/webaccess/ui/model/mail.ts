// What is done to messages: shown at once, done by the server, and undone where that is possible.

import type { Client } from "../api/client";
import type { Bulk, FlagState, ID, MessageSelection, Row } from "../api/types.gen";
import { n, t } from "../i18n/words";
import type { MessageList } from "./list";
import type { Reader } from "./reader";
import type { Toasts } from "./toasts";

/** Messages that an action is about. */
export interface Target {
  readonly of: MessageSelection;
  readonly count: number;
  /** Whether a loaded row is one of them. */
  readonly has: (row: Row, index: number) => boolean;
}

type Step = (cursor: string) => Promise<Bulk>;

export class Mail {
  constructor(
    readonly client: Client,
    readonly list: MessageList,
    readonly reader: Reader,
    readonly toasts: Toasts,
    readonly report: (e: unknown) => void,
    /** The folder of deleted items. */
    readonly deleted: () => ID,
  ) {}

  /** What is chosen, or else the row with the cursor; null if there is neither. */
  target(): Target | null {
    const of = this.list.selection.argument();
    const { list } = this;
    if (of) {
      const { ids, ranges } = list.selection.chosen.value;
      const has = ids.size > 0 ? (row: Row) => ids.has(row.id) : (_: Row, i: number) => ranges.some((r) => i >= r.from && i < r.to);
      return { of, count: list.selection.count.value, has };
    }
    const id = this.reader.id.value || list.cursorRow.value?.id;
    return id === undefined ? null : this.one(id);
  }

  one(id: ID): Target {
    return { of: { ids: [id], folder: this.list.folder.value }, count: 1, has: (row) => row.id === id };
  }

  /** Runs the steps of a change until the server has done all of it. */
  async #run(step: Step): Promise<Bulk[]> {
    const all: Bulk[] = [];
    let cursor = "";
    do {
      const bulk = await step(cursor);
      all.push(bulk);
      cursor = bulk.next ?? "";
    } while (cursor !== "");
    return all;
  }

  async #do(step: Step): Promise<Bulk[]> {
    try {
      const all = await this.#run(step);
      const problem = all.flatMap((b) => Object.values(b.failed))[0];
      if (problem) {
        this.toasts.show(t("failed.some"));
        void this.list.refresh();
      }
      return all;
    } catch (e) {
      this.report(e);
      void this.list.refresh();
      return [];
    }
  }

  async setRead(target: Target, read: boolean): Promise<void> {
    this.list.patch(target.has, (row) => ({ ...row, read }));
    if (target.of.ids) this.reader.patch((id) => target.of.ids?.includes(id) ?? false, { read });
    await this.#do((cursor) => this.client.call("messages/set", { of: target.of, cursor, read }));
  }

  async setFlag(target: Target, flag: FlagState): Promise<void> {
    this.list.patch(target.has, (row) => ({ ...row, flag }));
    this.reader.patch((id) => target.of.ids?.includes(id) ?? false, { flag });
    await this.#do((cursor) => this.client.call("messages/set", { of: target.of, cursor, flag }));
  }

  /** Gives messages a category, or takes it away. */
  async setCategory(target: Target, name: string, on: boolean): Promise<void> {
    const change = (old: readonly string[]): string[] => [...old.filter((c) => c !== name), ...(on ? [name] : [])];
    this.list.patch(target.has, (row) => ({ ...row, categories: change(row.categories) }));
    const message = this.reader.message.value;
    if (message && target.of.ids?.includes(message.id)) this.reader.message.value = { ...message, categories: change(message.categories) };
    const set = on ? { addCategories: [name] } : { removeCategories: [name] };
    await this.#do((cursor) => this.client.call("messages/set", { of: target.of, cursor, ...set }));
  }

  async move(target: Target, to: ID, name: string): Promise<void> {
    this.#gone(target);
    const all = await this.#do((cursor) => this.client.call("messages/move", { of: target.of, cursor, to }));
    this.#tell(all, n("moved", target.count, { folder: name }), to);
  }

  async delete(target: Target, final: boolean): Promise<void> {
    this.#gone(target);
    const all = await this.#do((cursor) => this.client.call("messages/delete", { of: target.of, cursor, final }));
    this.#tell(all, n("deleted", target.count), this.deleted());
  }

  #gone(target: Target): void {
    this.list.take(target.has);
    if (target.of.ids === undefined || target.of.ids.includes(this.reader.id.value)) this.reader.close();
  }

  #tell(all: readonly Bulk[], text: string, now: ID): void {
    const moved = all.flatMap((b) => Object.values(b.moved));
    const from = all.find((b) => b.from)?.from;
    if (all.length === 0) return;
    const back = from !== undefined && moved.length > 0;
    this.toasts.show(text, back ? { label: t("undo"), run: () => void this.#moveBack(moved, now, from) } : undefined);
  }

  async #moveBack(ids: readonly ID[], folder: ID, to: ID): Promise<void> {
    for (let at = 0; at < ids.length; at += 500) {
      const part = ids.slice(at, at + 500);
      await this.#do((cursor) => this.client.call("messages/move", { of: { ids: part, folder }, cursor, to }));
    }
    await this.list.refresh();
  }
}
