// A mail that is being written: what the window shows, what the server has, and the way from the one to the other.

import { batch, computed, signal } from "@preact/signals";
import { ApiError, type Client } from "../api/client";
import type { Attachment, Draft as ServerDraft, DraftUpdate, Format, ID, Importance, Recipient, RecipientKind, State } from "../api/types.gen";

/** A draft is saved when nothing was typed for so long, in milliseconds. */
const pause = 2_000;

export type Saving = "saved" | "changed" | "saving" | "failed" | "conflict";

/** A file on its way to the server. */
export interface Transfer {
  readonly name: string;
  readonly size: number;
  readonly share: number;
  readonly failed: boolean;
  readonly cancel: () => void;
}

type Change = Omit<DraftUpdate, "id" | "ifInState">;

export class Draft {
  readonly id: ID;
  readonly recipients = signal<readonly Recipient[]>([]);
  readonly subject = signal("");
  readonly format = signal<Format>("html");
  readonly importance = signal<Importance>("normal");
  readonly text = signal("");
  readonly files = signal<readonly Attachment[]>([]);
  readonly transfers = signal<readonly Transfer[]>([]);
  readonly saving = signal<Saving>("saved");
  readonly quote = signal("");
  /** What the editor begins with. It is not what is written: that is asked for when it is saved. */
  html = "";
  readonly uploading = computed(() => this.transfers.value.some((t) => !t.failed));
  /** Given by the editor while there is one: what is written now. */
  read: (() => string) | null = null;
  /** Whether something was ever changed here; a new draft that was not is thrown away when it is closed. */
  touched = false;

  #state: State;
  #change: Change = {};
  #body = false;
  #timer = 0;
  #running: Promise<void> | null = null;

  constructor(
    readonly client: Client,
    from: ServerDraft,
  ) {
    this.id = from.id;
    this.#state = from.state;
    this.take(from);
  }

  /** Shows what the server has. */
  take(from: ServerDraft): void {
    batch(() => {
      this.recipients.value = from.recipients;
      this.subject.value = from.subject;
      this.format.value = from.format;
      this.importance.value = from.importance;
      this.text.value = from.text;
      this.files.value = from.files;
      this.quote.value = from.quote;
      this.saving.value = "saved";
    });
    this.html = from.html;
    this.#state = from.state;
    this.#change = {};
    this.#body = false;
  }

  of(kind: RecipientKind): readonly Recipient[] {
    return this.recipients.value.filter((r) => r.kind === kind);
  }

  setRecipients(kind: RecipientKind, list: readonly Recipient[]): void {
    const order: readonly RecipientKind[] = ["to", "cc", "bcc"];
    this.recipients.value = order.flatMap((k) => (k === kind ? list : this.of(k)));
    this.#changed({ recipients: [...this.recipients.value] });
  }

  setSubject(subject: string): void {
    this.subject.value = subject;
    this.#changed({ subject });
  }

  setImportance(importance: Importance): void {
    this.importance.value = importance;
    this.#changed({ importance });
  }

  setText(text: string): void {
    this.text.value = text;
    this.#changed({ text });
  }

  /** The editor's text has changed; it is read when it is saved. */
  written(): void {
    this.#body = true;
    this.#changed({});
  }

  /** Puts the quote into what is written, where it can be edited. */
  dissolveQuote(): void {
    this.html = (this.read?.() ?? this.html) + this.quote.value;
    this.quote.value = "";
    this.#changed({ html: this.html, quote: "" });
  }

  async setFormat(format: Format, text: string): Promise<void> {
    if (format === this.format.value) return;
    if (format === "text") {
      this.text.value = text;
      this.#changed({ format, text });
    } else this.#changed({ format, html: this.html });
    this.format.value = format;
    await this.save();
  }

  #changed(change: Change): void {
    this.touched = true;
    this.#change = { ...this.#change, ...change };
    if (this.saving.value !== "conflict") this.saving.value = "changed";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), pause);
  }

  /** Saves what has changed. Saves run one after the other. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    if (this.#body && this.read) this.#change = { ...this.#change, html: this.read() };
    if (this.#change.html !== undefined) this.html = this.#change.html;
    this.#body = false;
    const change = this.#change;
    if (Object.keys(change).length === 0) return;
    this.#change = {};
    this.#running = this.#send(change);
    await this.#running;
  }

  async #send(change: Change): Promise<void> {
    this.saving.value = "saving";
    try {
      const saved = await this.client.call("drafts/update", { id: this.id, ifInState: this.#state, ...change });
      this.#state = saved.state;
      if (saved.files && saved.files.length + this.files.value.length > 0) this.files.value = saved.files;
      this.saving.value = Object.keys(this.#change).length === 0 && !this.#body ? "saved" : "changed";
    } catch (e) {
      this.#change = { ...change, ...this.#change };
      this.saving.value = e instanceof ApiError && e.code === "stateMismatch" ? "conflict" : "failed";
    }
  }

  /** After a conflict: what is here takes the place of what somebody else saved. */
  async keepMine(): Promise<void> {
    const theirs = await this.client.call("drafts/get", { id: this.id });
    this.#state = theirs.state;
    this.#change = { recipients: [...this.recipients.value], subject: this.subject.value, ...this.#change };
    this.#body = this.format.value === "html";
    if (this.format.value === "text") this.#change = { ...this.#change, text: this.text.value };
    await this.save();
  }

  /** After a conflict: what somebody else saved takes the place of what is here. */
  async takeTheirs(): Promise<void> {
    this.take(await this.client.call("drafts/get", { id: this.id }));
  }

  async attach(files: Iterable<File>): Promise<void> {
    await Promise.all([...files].map((f) => this.#attach(f)));
  }

  async #attach(file: File): Promise<void> {
    const abort = new AbortController();
    let transfer: Transfer = { name: file.name, size: file.size, share: 0, failed: false, cancel: () => abort.abort() };
    const show = (next: Transfer | null): void => {
      const list = this.transfers.value.filter((t) => t !== transfer);
      this.transfers.value = next ? [...list, next] : list;
      if (next) transfer = next;
    };
    show(transfer);
    try {
      const upload = await this.client.upload(file, (share) => show({ ...transfer, share }), abort.signal);
      await this.save();
      this.touched = true;
      this.#change = { ...this.#change, attach: [...(this.#change.attach ?? []), upload.id] };
      await this.save();
      show(null);
    } catch {
      const gone = abort.signal.aborted;
      show(gone ? null : { ...transfer, failed: true, cancel: () => show(null) });
    }
  }

  async detach(path: string): Promise<void> {
    this.files.value = this.files.value.filter((f) => f.path !== path);
    this.#changed({ detach: [...(this.#change.detach ?? []), path] });
    await this.save();
  }

  /** Sends it. Throws what the server refuses. */
  async send(hold: number): Promise<void> {
    await this.save();
    if (this.saving.value !== "saved") throw new ApiError("failed", "the draft could not be saved");
    await this.client.call("drafts/send", { id: this.id, ifInState: this.#state, hold });
  }

  /** Ends the timer. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
