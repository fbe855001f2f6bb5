// The message that is being read.

import { signal } from "@preact/signals";
import type { Client } from "../api/client";
import type { ID, Message } from "../api/types.gen";

/** How many messages are kept, so that going back shows them at once. */
const kept = 20;

export class Reader {
  readonly id = signal<ID>("");
  readonly message = signal<Message | null>(null);
  readonly failed = signal(false);
  /** Remote pictures of this message are shown. */
  readonly images = signal(false);
  /** Messages within this one, from the outermost. */
  readonly path = signal<readonly string[]>([]);
  #kept = new Map<string, Message>();

  constructor(readonly client: Client) {}

  /** Shows a message; images says whose pictures are shown without being asked. */
  async show(id: ID, images: (m: Message) => boolean, part = ""): Promise<void> {
    const key = `${id} ${part}`;
    if (this.id.value === id && part === "" && this.message.value !== null && this.path.value.length === 0) return;
    this.id.value = id;
    this.failed.value = false;
    this.images.value = false;
    this.path.value = part === "" ? [] : [...this.path.value, part];
    this.#set(this.#kept.get(key) ?? null, images);
    try {
      const got = await this.client.call("messages/get", part === "" ? { ids: [id] } : { ids: [id], part });
      const message = got.list[0];
      if (this.id.value !== id || (this.path.value.at(-1) ?? "") !== part) return;
      this.failed.value = message === undefined;
      if (message) this.#keep(key, message);
      this.#set(message ?? null, images);
    } catch {
      if (this.id.value === id) this.failed.value = this.message.value === null;
    }
  }

  #set(message: Message | null, images: (m: Message) => boolean): void {
    const old = this.message.value;
    if (message && old && old.id === message.id && old.state === message.state && old.part === message.part) return;
    this.message.value = message;
    if (message) this.images.value = images(message);
  }

  #keep(key: string, message: Message): void {
    this.#kept.delete(key);
    this.#kept.set(key, message);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > kept && !oldest.done) this.#kept.delete(oldest.value);
  }

  /** Changes what is shown as an action will have changed it. */
  patch(ids: (id: ID) => boolean, change: Partial<Message>): void {
    const message = this.message.value;
    if (message && ids(message.id)) this.message.value = { ...message, ...change };
  }

  close(): void {
    this.id.value = "";
    this.message.value = null;
    this.failed.value = false;
    this.path.value = [];
  }
}
