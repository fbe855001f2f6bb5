// Everything that can be done, once: menus, keys, the palette and the help read this table.

import type { App } from "../model/app";
import type { Key } from "../i18n/words";
import type { DraftKind } from "../api/types.gen";
import type { IconName } from "../parts/icon";
import { t } from "../i18n/words";

export type Group = "write" | "organise" | "go" | "app";

export interface Action {
  readonly label: Key;
  readonly icon: IconName;
  readonly group: Group;
  /** Keys of each set; a space separates keys that are pressed one after the other. */
  readonly keys: { readonly outlook: readonly string[]; readonly gmail: readonly string[] };
  /** Its keys work while something is being typed. */
  readonly typing?: boolean;
  readonly when: (app: App) => boolean;
  readonly run: (app: App) => void;
}

const always = (): boolean => true;
const anything = (app: App): boolean => app.mail.target() !== null;
const message = (app: App): boolean => app.reader.message.value !== null;
const writing = (app: App): boolean => app.drafts.current.value !== null;

function answer(kind: DraftKind): (app: App) => void {
  return (app) => {
    const about = app.reader.message.peek();
    if (about) void app.drafts.begin({ kind, about: about.part ? { id: about.id, part: about.part } : { id: about.id } });
  };
}

function onTarget(run: (app: App, target: NonNullable<ReturnType<App["mail"]["target"]>>) => void): (app: App) => void {
  return (app) => {
    const target = app.mail.target();
    if (target) run(app, target);
  };
}

/** Whether a deletion is for good: what is in the deleted items already can only be restored there. */
function inDeleted(app: App): boolean {
  return app.folders.byID.peek().get(app.list.folder.peek())?.role === "deleted";
}

function deleteTarget(final: boolean): (app: App) => void {
  return onTarget((app, target) => {
    const run = (): void => void app.mail.delete(target, final);
    if (final || inDeleted(app)) app.ask({ text: t("sure.delete"), yes: t("delete"), run });
    else run();
  });
}

function flagged(app: App): boolean {
  const row = app.list.cursorRow.peek();
  return (app.reader.message.peek() ?? row)?.flag === "flagged";
}

function goTo(role: "inbox" | "drafts" | "sent" | "deleted"): (app: App) => void {
  return (app) => {
    const folder = app.folders.role(role);
    if (folder) void app.openFolder(folder.id);
  };
}

function table<K extends string>(actions: Record<K, Action>): Readonly<Record<K, Action>> {
  return actions;
}

export const actions = table({
  new: { label: "new", icon: "compose", group: "write", keys: { outlook: ["n"], gmail: ["c"] }, when: always, run: (app) => void app.drafts.begin({ kind: "new" }) },
  reply: { label: "reply", icon: "reply", group: "write", keys: { outlook: ["r"], gmail: ["r"] }, when: message, run: answer("reply") },
  replyAll: { label: "replyAll", icon: "reply-all", group: "write", keys: { outlook: ["Shift+R"], gmail: ["a"] }, when: message, run: answer("replyAll") },
  forward: { label: "forward", icon: "forward", group: "write", keys: { outlook: ["Shift+F"], gmail: ["f"] }, when: message, run: answer("forward") },
  forwardAttached: { label: "forwardAttached", icon: "clip", group: "write", keys: { outlook: [], gmail: [] }, when: message, run: answer("forwardAttached") },
  send: {
    label: "send", icon: "sent", group: "write", keys: { outlook: ["Ctrl+Enter"], gmail: ["Ctrl+Enter"] }, typing: true, when: writing,
    run: (app) => app.drafts.current.value && void app.drafts.send(app.drafts.current.value),
  },
  delete: { label: "delete", icon: "trash", group: "organise", keys: { outlook: ["Delete"], gmail: ["#", "Delete"] }, when: anything, run: deleteTarget(false) },
  deleteFinal: { label: "deleteFinal", icon: "trash", group: "organise", keys: { outlook: ["Shift+Delete"], gmail: ["Shift+Delete"] }, when: anything, run: deleteTarget(true) },
  move: { label: "move", icon: "move", group: "organise", keys: { outlook: ["v"], gmail: ["v"] }, when: anything, run: (app) => void (app.dialog.value = "move") },
  read: { label: "markRead", icon: "mail-open", group: "organise", keys: { outlook: ["q"], gmail: ["Shift+I"] }, when: anything, run: onTarget((app, x) => void app.mail.setRead(x, true)) },
  unread: { label: "markUnread", icon: "unread", group: "organise", keys: { outlook: ["u"], gmail: ["Shift+U"] }, when: anything, run: onTarget((app, x) => void app.mail.setRead(x, false)) },
  flag: { label: "flag", icon: "flag", group: "organise", keys: { outlook: ["Insert", "!"], gmail: ["s"] }, when: anything, run: onTarget((app, x) => void app.mail.setFlag(x, flagged(app) ? "" : "flagged")) },
  done: { label: "done", icon: "done", group: "organise", keys: { outlook: [], gmail: [] }, when: anything, run: onTarget((app, x) => void app.mail.setFlag(x, "complete")) },
  undo: { label: "undo", icon: "undo", group: "organise", keys: { outlook: ["Ctrl+Z"], gmail: ["z", "Ctrl+Z"] }, when: (app) => app.toasts.list.value.some((x) => x.action), run: (app) => app.toasts.runLast() },
  selectAll: { label: "selectAll", icon: "select", group: "organise", keys: { outlook: ["Ctrl+A"], gmail: ["* a", "Ctrl+A"] }, when: always, run: (app) => app.list.selection.all(app.list.total.value ?? 0) },
  next: { label: "next", icon: "down", group: "go", keys: { outlook: ["j", "Ctrl+."], gmail: ["j"] }, when: always, run: (app) => void app.step(1) },
  previous: { label: "previous", icon: "up", group: "go", keys: { outlook: ["k", "Ctrl+,"], gmail: ["k"] }, when: always, run: (app) => void app.step(-1) },
  back: { label: "back", icon: "back", group: "go", keys: { outlook: ["Escape"], gmail: ["Escape"] }, when: always, run: (app) => (app.list.selection.count.value > 0 ? app.list.selection.clear() : app.back()) },
  inbox: { label: "goInbox", icon: "inbox", group: "go", keys: { outlook: ["g i"], gmail: ["g i"] }, when: always, run: goTo("inbox") },
  drafts: { label: "goDrafts", icon: "drafts", group: "go", keys: { outlook: ["g d"], gmail: ["g d"] }, when: always, run: goTo("drafts") },
  sent: { label: "goSent", icon: "sent", group: "go", keys: { outlook: ["g s"], gmail: ["g t"] }, when: always, run: goTo("sent") },
  refresh: { label: "refresh", icon: "redo", group: "go", keys: { outlook: ["F9"], gmail: ["F9"] }, when: always, run: (app) => void app.list.refresh() },
  source: { label: "source", icon: "source", group: "app", keys: { outlook: [], gmail: [] }, when: message, run: (app) => void (app.dialog.value = "source") },
  print: { label: "print", icon: "print", group: "app", keys: { outlook: ["Ctrl+P"], gmail: ["Ctrl+P"] }, when: message, run: () => print() },
  palette: { label: "palette", icon: "palette", group: "app", keys: { outlook: ["Ctrl+K"], gmail: ["Ctrl+K"] }, typing: true, when: always, run: (app) => void (app.dialog.value = "palette") },
  settings: { label: "settings", icon: "settings", group: "app", keys: { outlook: [], gmail: [] }, when: always, run: (app) => void (app.dialog.value = "settings") },
  help: { label: "keys", icon: "help", group: "app", keys: { outlook: ["?"], gmail: ["?"] }, when: always, run: (app) => void (app.dialog.value = "help") },
  logoff: { label: "logoff", icon: "logoff", group: "app", keys: { outlook: [], gmail: [] }, when: always, run: (app) => void app.session.logoff() },
});

export type ActionID = keyof typeof actions;
export const actionIDs = Object.keys(actions) as readonly ActionID[];

/** Carries out an action, if it can be done now. */
export function perform(app: App, id: ActionID): void {
  if (actions[id].when(app)) actions[id].run(app);
}

/** The keys of an action in the user's set, as they are shown. */
export function keysOf(app: App, id: ActionID): readonly string[] {
  const set = app.session.settings.value.keys === "gmail" ? "gmail" : "outlook";
  return actions[id].keys[set];
}
