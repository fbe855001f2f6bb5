// The tree of folders with its numbers.

import { computed, signal } from "@preact/signals";
import type { Client } from "../api/client";
import type { EventCounts, Folder, ID, Role } from "../api/types.gen";

export interface Branch {
  readonly folder: Folder;
  readonly children: readonly Branch[];
}

const roleOrder: readonly Role[] = ["inbox", "drafts", "sent", "outbox", "junk", "deleted"];

function rank(f: Folder): number {
  const at = roleOrder.indexOf(f.role);
  return at < 0 ? roleOrder.length : at;
}

/** Folders of mail as a tree: those with a role first, the others as the server sorted them. */
export function branches(list: readonly Folder[], parent: ID): Branch[] {
  return list
    .filter((f) => f.parent === parent && f.kind === "mail")
    .sort((a, b) => rank(a) - rank(b))
    .map((folder) => ({ folder, children: branches(list, folder.id) }));
}

export class Folders {
  readonly list = signal<readonly Folder[]>([]);
  readonly closed = signal<ReadonlySet<ID>>(new Set());
  readonly tree = computed(() => branches(this.list.value, ""));
  readonly byID = computed(() => new Map(this.list.value.map((f) => [f.id, f])));
  readonly byRole = computed(() => new Map(this.list.value.filter((f) => f.role !== "").map((f) => [f.role, f])));
  /** Unread mails of the inbox, for the title of the window. */
  readonly unread = computed(() => this.byRole.value.get("inbox")?.unread ?? 0);

  constructor(readonly client: Client) {}

  async load(): Promise<void> {
    this.list.value = (await this.client.call("folders/get", {})).list;
  }

  role(role: Role): Folder | undefined {
    return this.byRole.value.get(role);
  }

  counts(event: EventCounts): void {
    const changed = new Map(event.folders.map((c) => [c.id, c]));
    this.list.value = this.list.value.map((f) => {
      const c = changed.get(f.id);
      return c ? { ...f, total: c.total, unread: c.unread } : f;
    });
  }

  /** Opens or closes what is below a folder. */
  toggle(id: ID): void {
    const next = new Set(this.closed.value);
    if (!next.delete(id)) next.add(id);
    this.closed.value = next;
  }

  async create(parent: ID, name: string): Promise<void> {
    const changed = await this.client.call("folders/set", { create: { new: { parent, name, kind: "mail" } } });
    this.#check(changed.failed);
    await this.load();
  }

  async rename(id: ID, name: string): Promise<void> {
    this.#check((await this.client.call("folders/set", { update: { [id]: { name } } })).failed);
    await this.load();
  }

  async destroy(id: ID): Promise<void> {
    this.#check((await this.client.call("folders/set", { destroy: [id] })).failed);
    await this.load();
  }

  async empty(id: ID): Promise<void> {
    this.#check((await this.client.call("folders/set", { empty: [id] })).failed);
  }

  #check(failed: Record<string, { readonly message: string }>): void {
    const first = Object.values(failed)[0];
    if (first) throw new Error(first.message);
  }
}
