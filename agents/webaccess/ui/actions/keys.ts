// From keys to actions.

import type { App } from "../model/app";
import { actionIDs, actions, keysOf, perform } from "./table";

/** How long the second of two keys may take, in milliseconds. */
const patience = 1_000;

/** The name of a key with those that are held, as the table of actions writes it. */
export function keyName(e: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const letter = /^\p{L}$/u.test(e.key);
  const named = e.key.length > 1;
  const held = [e.ctrlKey || e.metaKey ? "Ctrl" : "", e.altKey ? "Alt" : "", e.shiftKey && (letter || named) ? "Shift" : ""].filter(Boolean);
  const upper = letter && held.length > 0;
  return [...held, upper ? e.key.toUpperCase() : letter ? e.key.toLowerCase() : e.key].join("+");
}

function typed(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("[data-typing]") !== null || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Makes the function that takes all keys which nothing else has taken. */
export function keyboard(app: App): (e: KeyboardEvent) => void {
  let first = "";
  let since = 0;
  return (e) => {
    if (e.defaultPrevented || e.isComposing || app.session.phase.peek() !== "ready") return;
    const name = keyName(e);
    const sequence = first !== "" && e.timeStamp - since < patience ? `${first} ${name}` : name;
    const typing = typed(e.target);
    const known = (keys: string) => actionIDs.find((id) => keysOf(app, id).includes(keys) && (!typing || actions[id].typing === true));
    const id = known(sequence) ?? known(name);
    first = id === undefined && !typing && e.key.length === 1 ? name : "";
    since = e.timeStamp;
    if (id === undefined || !actions[id].when(app)) return;
    e.preventDefault();
    perform(app, id);
  };
}
