// The mails that are being written, of which one is in front.

import { computed, signal } from "@preact/signals";
import type { Client } from "../api/client";
import type { DraftCreate, ID } from "../api/types.gen";
import { t } from "../i18n/words";
import { Draft } from "./draft";
import type { Session } from "./session";
import type { Toasts } from "./toasts";

/** How long the server holds a mail back beyond the time that the toast shows, in seconds. */
const grace = 3;

export class Drafts {
  readonly open = signal<readonly Draft[]>([]);
  readonly active = signal<ID>("");
  readonly current = computed(() => this.open.value.find((d) => d.id === this.active.value) ?? null);
  /** The draft whose sending has to be confirmed, because something looks forgotten. */
  readonly doubt = signal<{ readonly draft: Draft; readonly kind: "subject" | "files" | "recipients" } | null>(null);

  constructor(
    readonly client: Client,
    readonly session: Session,
    readonly toasts: Toasts,
    readonly report: (e: unknown) => void,
  ) {}

  async begin(create: DraftCreate): Promise<void> {
    try {
      this.#show(new Draft(this.client, await this.client.call("drafts/create", create)), create.kind !== "new");
    } catch (e) {
      this.report(e);
    }
  }

  /** Goes on with a draft that was saved before. */
  async resume(id: ID): Promise<void> {
    if (this.open.value.some((d) => d.id === id)) {
      this.active.value = id;
      return;
    }
    try {
      this.#show(new Draft(this.client, await this.client.call("drafts/get", { id })), true);
    } catch (e) {
      this.report(e);
    }
  }

  #show(draft: Draft, touched: boolean): void {
    draft.touched = touched;
    this.open.value = [...this.open.value.filter((d) => d.id !== draft.id), draft];
    this.active.value = draft.id;
  }

  #forget(draft: Draft): void {
    draft.close();
    this.open.value = this.open.value.filter((d) => d !== draft);
    this.active.value = this.open.value.at(-1)?.id ?? "";
  }

  /** Saves all that is not saved yet. */
  save(): void {
    for (const draft of this.open.value) void draft.save();
  }

  /** Closes the window; what was written stays in the drafts. */
  async close(draft: Draft): Promise<void> {
    if (!draft.touched) return this.discard(draft, false);
    await draft.save();
    this.#forget(draft);
    this.toasts.show(t("compose.kept"), { label: t("compose.reopen"), run: () => void this.resume(draft.id) });
  }

  async discard(draft: Draft, tell = true): Promise<void> {
    this.#forget(draft);
    try {
      await this.client.call("drafts/destroy", { ids: [draft.id] });
      if (tell) this.toasts.show(t("compose.discarded"));
    } catch (e) {
      this.report(e);
    }
  }

  /** Sends a draft, unless something looks forgotten and sure is false. */
  async send(draft: Draft, sure = false): Promise<void> {
    this.doubt.value = null;
    const kind = sure ? null : doubtOf(draft);
    if (kind) {
      this.doubt.value = { draft, kind };
      return;
    }
    const hold = this.session.settings.value.hold;
    try {
      await draft.send(hold > 0 ? hold + grace : 0);
    } catch (e) {
      this.report(e);
      return;
    }
    this.#forget(draft);
    this.toasts.show(t("compose.sent"), hold > 0 ? { label: t("undo"), run: () => void this.#recall(draft.id) } : undefined);
  }

  async #recall(id: ID): Promise<void> {
    try {
      this.#show(new Draft(this.client, await this.client.call("drafts/hold", { id })), true);
    } catch (e) {
      this.report(e);
    }
  }
}

/** What looks forgotten in a draft: nobody gets it, it has no subject, or it speaks of a file that is not there. */
function doubtOf(draft: Draft): "subject" | "files" | "recipients" | null {
  if (draft.recipients.value.length === 0) return "recipients";
  const own = draft.format.value === "text" ? draft.text.value.replace(/^>.*$/gm, "") : (draft.read?.() ?? draft.html).replace(/<[^>]*>/g, " ");
  if (draft.files.value.length === 0 && new RegExp(t("compose.filewords"), "i").test(own)) return "files";
  return draft.subject.value.trim() === "" ? "subject" : null;
}
