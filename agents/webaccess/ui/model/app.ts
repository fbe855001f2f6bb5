// All models together, made once in main.tsx, and what one of them has to do when another changes.

import { computed, effect, signal, untracked } from "@preact/signals";
import { ApiError, Client } from "../api/client";
import { listen, type EventName } from "../api/events";
import type { EventKinds, ID, Message } from "../api/types.gen";
import { t, type Key } from "../i18n/words";
import { Drafts } from "./drafts";
import { Folders } from "./folders";
import { MessageList, rowHeights } from "./list";
import { Mail, type Target } from "./mail";
import { Menus } from "./menus";
import { Reader } from "./reader";
import { Session } from "./session";
import { Toasts } from "./toasts";

export type Dialog = "none" | "palette" | "help" | "settings" | "move" | "source" | "newFolder" | "renameFolder" | "sure";

/** A question before something that cannot be undone. */
export interface Question {
  readonly text: string;
  readonly yes: string;
  readonly run: () => void;
}

export class App {
  readonly client = new Client();
  readonly toasts = new Toasts();
  readonly menus = new Menus();
  readonly session = new Session(this.client);
  readonly folders = new Folders(this.client);
  readonly list = new MessageList(this.client, () => this.session.rowLimit.peek());
  readonly reader = new Reader(this.client);
  readonly mail: Mail;
  readonly drafts: Drafts;
  readonly dialog = signal<Dialog>("none");
  readonly question = signal<Question | null>(null);
  /** The folder that a dialog is about. */
  readonly about = signal<ID>("");
  /** What the dialog moves, if not what is chosen. */
  readonly moving = signal<Target | null>(null);
  readonly online = signal(true);
  /** Folders are shown over the list, on screens that have no room beside it. */
  readonly foldersOpen = signal(false);
  /** The next to be read by readers of screens. */
  readonly said = signal("");
  readonly pane = computed(() => (this.drafts.current.value !== null || this.reader.id.value !== "" ? "reader" : "list"));
  #readTimer = 0;
  #version = "";
  #user = "";
  #stop: () => void = () => {};

  constructor() {
    const report = (e: unknown): void => this.report(e);
    this.mail = new Mail(this.client, this.list, this.reader, this.toasts, report, () => this.folders.role("deleted")?.id ?? "");
    this.drafts = new Drafts(this.client, this.session, this.toasts, report);
    this.list.onSelectionLost = () => this.toasts.show(t("list.selectionLost"));
    effect(() => this.#look());
    effect(() => {
      const height = rowHeights[this.session.settings.value.density];
      untracked(() => this.list.setDensity(height));
    });
    effect(() => this.#title());
    addEventListener("hashchange", () => void this.#route());
    // The last that a window hears before it is closed.
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.drafts.save());
  }

  #look(): void {
    const { theme } = this.session.settings.value;
    if (theme === "automatic") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }

  #title(): void {
    const unread = this.folders.unread.value;
    const name = this.folders.byID.value.get(this.list.folder.value)?.name ?? t("mail");
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
  }

  /** Tells the user of an error, in words for its code. */
  report(e: unknown): void {
    const code = e instanceof ApiError ? e.code : "failed";
    const key: Key = `error.${code}`;
    this.toasts.show(t(key));
  }

  /** Begins with what is seen first, once somebody is logged on. */
  async start(): Promise<void> {
    const user = this.session.user.value;
    if (user === null) return;
    // Nothing of one user is shown to the next.
    if (this.#user !== "" && this.#user !== user.name) return location.reload();
    this.#user = user.name;
    this.#stop();
    this.#stop = listen(user.name, (name, data) => this.#hear(name, data), (up) => (this.online.value = up));
    await this.folders.load().catch((e: unknown) => this.report(e));
    await this.#route();
  }

  #hear<K extends EventName>(name: K, data: EventKinds[K]): void {
    this.#hearing[name](data);
  }

  /** What each event has to do. */
  readonly #hearing: { readonly [K in EventName]: (data: EventKinds[K]) => void } = {
    hello: ({ version }) => this.#hello(version),
    reset: () => void Promise.all([this.folders.load(), this.list.refresh()]).catch((e: unknown) => this.report(e)),
    stale: ({ folder }) => folder === this.list.folder.value && void this.list.refresh(),
    counts: (counts) => this.folders.counts(counts),
    folders: () => void this.folders.load().catch((e: unknown) => this.report(e)),
    mail: ({ from, subject }) => (this.said.value = t("list.new", { who: from.name || from.address, subject })),
    settings: () => void this.session.refresh().catch((e: unknown) => this.report(e)),
    end: () => this.client.onLoggedOff(),
  };

  #hello(version: string): void {
    if (this.#version !== "" && this.#version !== version) this.toasts.show(t("newVersion"), { label: t("reload"), run: () => location.reload() });
    this.#version = version;
  }

  /** Shows what the address says: #/FOLDER/MESSAGE. */
  async #route(): Promise<void> {
    const [folder, message] = location.hash.slice(2).split("/").map(decodeURIComponent);
    const known = folder !== undefined && this.folders.byID.value.has(folder);
    const id = known ? folder : this.folders.role("inbox")?.id;
    if (id === undefined) return;
    if (id !== this.list.folder.value) await this.openFolder(id);
    if (message) await this.read(message);
    else this.reader.close();
  }

  #address(folder: ID, message: ID, push: boolean): void {
    const hash = `#/${encodeURIComponent(folder)}${message ? `/${encodeURIComponent(message)}` : ""}`;
    if (location.hash === hash) return;
    if (push) history.pushState(null, "", hash);
    else history.replaceState(null, "", hash);
  }

  async openFolder(id: ID): Promise<void> {
    this.foldersOpen.value = false;
    this.reader.close();
    this.#address(id, "", true);
    await this.list.open(id, { sort: "-date" });
    this.said.value = t("list.opened", { folder: this.folders.byID.value.get(id)?.name ?? "" });
  }

  /** Opens the message of a row: a draft to be written, any other to be read. */
  async openRow(index: number): Promise<void> {
    const row = this.list.row(index);
    this.list.moveCursor(index);
    this.list.selection.pivot(index);
    if (row === undefined) return;
    if (row.draft) await this.drafts.resume(row.id);
    else await this.read(row.id);
  }

  async read(id: ID, part = ""): Promise<void> {
    const first = this.reader.id.value === "";
    const shown = this.reader.show(id, (m) => this.#trusted(m), part);
    this.#address(this.list.folder.value, id, first);
    await shown;
    const message = this.reader.message.value;
    const { markRead } = this.session.settings.value;
    clearTimeout(this.#readTimer);
    if (message === null || message.read || markRead < 0 || message.id !== id) return;
    this.#readTimer = setTimeout(() => {
      if (this.reader.id.value === id) void this.mail.setRead(this.mail.one(id), true);
    }, markRead * 1000);
  }

  #trusted(m: Message): boolean {
    return this.session.settings.value.images.includes(m.from.address.toLowerCase());
  }

  /** Goes back from the reader to the list. */
  back(): void {
    this.reader.close();
    this.#address(this.list.folder.value, "", false);
  }

  /** Reads the next or the previous message. */
  async step(by: number): Promise<void> {
    this.list.moveCursor(this.list.cursor.value + by);
    if (this.reader.id.value !== "" || by !== 0) await this.openRow(this.list.cursor.value);
  }

  ask(question: Question): void {
    this.question.value = question;
    this.dialog.value = "sure";
  }
}
