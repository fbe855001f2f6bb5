// Who a text that is being typed may mean.

import { signal } from "@preact/signals";
import type { Client } from "../api/client";
import type { Address } from "../api/types.gen";

export class Completion {
  readonly found = signal<readonly Address[]>([]);
  readonly at = signal(0);
  #asked = "";

  constructor(readonly client: Client) {}

  async ask(text: string): Promise<void> {
    this.#asked = text;
    if (text.trim() === "") return this.clear();
    try {
      const { list } = await this.client.call("addresses/complete", { text, n: 8 });
      if (this.#asked !== text) return;
      this.found.value = list;
      this.at.value = 0;
    } catch {
      this.clear();
    }
  }

  clear(): void {
    this.#asked = "";
    this.found.value = [];
  }

  step(by: number): void {
    const count = this.found.value.length;
    if (count > 0) this.at.value = (this.at.value + by + count) % count;
  }

  get chosen(): Address | undefined {
    return this.found.value[this.at.value];
  }
}

/** Recipients of a typed or pasted text: addresses, or names with addresses, between commas, semicolons or lines. */
export function parseAddresses(text: string): { name: string; address: string }[] {
  const parts = text.match(/(?:"[^"]*"|<[^>]*>|[^,;\n])+/g) ?? [];
  return parts
    .map((p) => p.trim())
    .filter((p) => p !== "")
    .map((p) => {
      const m = /^"?([^"<]*?)"?\s*<([^>]+)>$/.exec(p);
      return m ? { name: (m[1] ?? "").trim(), address: (m[2] ?? "").trim() } : { name: "", address: p };
    });
}

/** Whether a text looks like an address of mail. */
export function isAddress(text: string): boolean {
  return /^[^\s@<>]+@[^\s@<>]+$/.test(text);
}
