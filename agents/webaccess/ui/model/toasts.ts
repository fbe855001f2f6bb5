// Short messages at the lower edge, with at most one thing to do about them.

import { signal } from "@preact/signals";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** For how long a toast stays. */
const stay = 10_000;

export class Toasts {
  readonly list = signal<readonly Toast[]>([]);
  #next = 0;

  /** Shows a text; at most three are seen at a time. */
  show(text: string, action?: Toast["action"]): number {
    const id = this.#next++;
    this.list.value = [...this.list.value.slice(-2), action ? { id, text, action } : { id, text }];
    setTimeout(() => this.close(id), stay);
    return id;
  }

  close(id: number): void {
    this.list.value = this.list.value.filter((t) => t.id !== id);
  }

  /** The newest toast that has something to do is done; for the key that undoes. */
  runLast(): void {
    const last = this.list.value.findLast((t) => t.action !== undefined);
    if (last === undefined) return;
    this.close(last.id);
    last.action?.run();
  }
}
