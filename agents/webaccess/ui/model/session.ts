// Who is logged on, with settings and quota.

import { computed, signal } from "@preact/signals";
import { ApiError, type Client } from "../api/client";
import type { Quota, Settings, User } from "../api/types.gen";

/** What the client does before the settings are here. */
export const plainSettings: Settings = {
  language: "",
  theme: "automatic",
  density: "comfortable",
  keys: "outlook",
  format: "html",
  signatures: [],
  newSignature: "",
  replySignature: "",
  hold: 10,
  markRead: 0,
  images: [],
  categories: [],
  favourites: [],
  ui: null,
};

export type Phase = "starting" | "loggedOff" | "ready";

export class Session {
  readonly phase = signal<Phase>("starting");
  readonly user = signal<User | null>(null);
  readonly settings = signal<Settings>(plainSettings);
  readonly quota = signal<Quota | null>(null);
  readonly rowLimit = computed(() => this.user.value?.limits.rows ?? 100);

  constructor(readonly client: Client) {
    client.onLoggedOff = () => this.#forget();
  }

  /** Looks whether there is a session already. */
  async start(): Promise<void> {
    try {
      this.user.value = await this.client.call("session/get", {});
      await this.#begin();
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
      this.#forget();
    }
  }

  async logon(user: string, password: string): Promise<void> {
    this.user.value = await this.client.logon({ user, password });
    await this.#begin();
  }

  async #begin(): Promise<void> {
    const quota = this.client.call("quota/get", {}).then((q) => (this.quota.value = q), () => {});
    const settings = this.refresh();
    await Promise.all([quota, settings]);
    this.phase.value = "ready";
  }

  async refresh(): Promise<void> {
    this.settings.value = (await this.client.call("settings/get", {})).settings;
  }

  /** Changes settings at once, and puts them back if the server refuses. */
  async change(set: Partial<Settings>): Promise<void> {
    const before = this.settings.value;
    this.settings.value = { ...before, ...set };
    try {
      this.settings.value = (await this.client.call("settings/set", { set })).settings;
    } catch (e) {
      this.settings.value = before;
      throw e;
    }
  }

  async logoff(): Promise<void> {
    await this.client.logoff().catch(() => {});
    this.#forget();
    location.hash = "";
    location.reload();
  }

  #forget(): void {
    this.user.value = null;
    this.phase.value = "loggedOff";
  }
}
