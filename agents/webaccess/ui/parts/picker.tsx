import { useComputed, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../i18n/words";
import { Dialog } from "./dialog";
import { Icon, isIcon } from "./icon";

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly icon: string;
  readonly keys?: string;
}

/** How well a text fits what was typed: all letters in their order, better the closer they are and the earlier they begin. -1 does not fit. */
export function fit(text: string, typed: string): number {
  const low = text.toLocaleLowerCase();
  let at = -1;
  let cost = 0;
  for (const c of typed.toLocaleLowerCase().replace(/\s/g, "")) {
    const next = low.indexOf(c, at + 1);
    if (next < 0) return -1;
    cost += next - at - 1 + (at < 0 ? next : 0);
    at = next;
  }
  return cost;
}

interface PickerProps {
  title: string;
  placeholder: string;
  choices: readonly Choice[];
  onPick: (id: string) => void;
  onClose: () => void;
}

/** A window to type in and to choose from what fits. */
export function Picker(p: PickerProps) {
  const typed = useSignal("");
  const at = useSignal(0);
  const id = useId();
  const choices = useComputed(() =>
    p.choices
      .map((choice) => ({ choice, cost: fit(choice.label, typed.value) }))
      .filter((c) => c.cost >= 0)
      .sort((a, b) => a.cost - b.cost)
      .map((c) => c.choice),
  );
  const list = choices.value;
  const keys = (e: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const chosen = list[at.value];
    if (step !== undefined) at.value = (at.value + step + list.length) % Math.max(1, list.length);
    else if (e.key === "Enter" && chosen) p.onPick(chosen.id);
    else return;
    e.preventDefault();
    document.getElementById(`${id}-${at.value}`)?.scrollIntoView({ block: "nearest" });
  };
  const input = (value: string): void => {
    typed.value = value;
    at.value = 0;
  };
  return (
    <Dialog title={p.title} class="palette" bare onClose={p.onClose}>
      <input
        class="input"
        data-autofocus
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={list.length > 0 ? `${id}-${at.value}` : undefined}
        aria-label={p.title}
        placeholder={p.placeholder}
        onInput={(e) => input(e.currentTarget.value)}
        onKeyDown={keys}
      />
      <div class="menu" role="listbox" id={`${id}-list`} aria-label={p.title}>
        {list.map((c, i) => (
          <div role="option" id={`${id}-${i}`} key={c.id} aria-selected={i === at.value} onClick={() => p.onPick(c.id)}>
            {isIcon(c.icon) && <Icon name={c.icon} />}
            <span class="grow ellipsis">{c.label}</span>
            {c.keys && <kbd>{c.keys}</kbd>}
          </div>
        ))}
      </div>
      {list.length === 0 && <p class="quiet body">{t("nothingFits")}</p>}
    </Dialog>
  );
}
