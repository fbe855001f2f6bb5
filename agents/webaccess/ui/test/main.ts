// All tests of code that needs no page. The bundler makes one script of them, which a browser runs; its value is a list of what failed.

import { keyName } from "../actions/keys";
import { actionIDs, actions } from "../actions/table";
import { rowAfter } from "../mail/listkeys";
import { isAddress, parseAddresses } from "../model/completion";
import { fit } from "../parts/picker";
import { Checks } from "./check";
import { ranges, scrolling, windows } from "./geometry";

function keys(c: Checks): void {
  const press = (key: string, held: Partial<KeyboardEvent> = {}): string => keyName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });
  c.equal("letter", press("r"), "r");
  c.equal("capitals lock", press("R"), "r");
  c.equal("shift", press("R", { shiftKey: true }), "Shift+R");
  c.equal("ctrl", press("k", { ctrlKey: true }), "Ctrl+K");
  c.equal("command", press("Enter", { metaKey: true }), "Ctrl+Enter");
  c.equal("sign", press("?", { shiftKey: true }), "?");
  c.equal("named", press("Delete", { shiftKey: true }), "Shift+Delete");
  for (const set of ["outlook", "gmail"] as const) {
    const all = actionIDs.flatMap((id) => actions[id].keys[set]);
    c.equal(`no key twice in ${set}`, all.length, new Set(all).size);
    const firsts = all.filter((k) => k.includes(" ")).map((k) => k.split(" ")[0]);
    c.equal(`no first of two keys is a key in ${set}`, firsts.filter((k) => k !== undefined && all.includes(k)), []);
  }
}

function addresses(c: Checks): void {
  c.equal("many", parseAddresses('bob@example.com, "Chen, Carol" <carol@example.com>; Dora <dora@example.com>\n'), [
    { name: "", address: "bob@example.com" },
    { name: "Chen, Carol", address: "carol@example.com" },
    { name: "Dora", address: "dora@example.com" },
  ]);
  c.equal("none", parseAddresses(" , ;"), []);
  c.equal("addresses", ["a@b", "a b@c", "a@", "@b", "a@b@c"].map(isAddress), [true, false, false, false, false]);
}

function choosing(c: Checks): void {
  c.equal("fits", [fit("Move to folder", "mf") >= 0, fit("Move to folder", "fm") >= 0], [true, false]);
  c.equal("nearer is better", fit("Inbox", "in") < fit("Drawing board", "in"), true);
  c.equal("rows", ["ArrowDown", "ArrowUp", "PageDown", "Home", "End", "a"].map((k) => rowAfter(k, 5, 100, 10)), [6, 4, 15, 0, 99, null]);
  c.equal("ends", [rowAfter("ArrowUp", 0, 3, 10), rowAfter("PageDown", 2, 3, 10), rowAfter("ArrowDown", -1, 0, 10)], [0, 2, null]);
}

export function run(): { count: number; failures: string[] } {
  const c = new Checks();
  for (const test of [ranges, windows, scrolling, keys, addresses, choosing]) test(c);
  return { count: c.count, failures: c.failures };
}
