import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

export interface ButtonProps {
  /** The label, shown or not: it is the button's name and its tooltip. */
  label: string;
  icon?: IconName;
  /** Keys that do the same, for the tooltip. */
  keys?: string;
  look?: "primary" | "outline" | "link";
  /** The label is shown. */
  text?: boolean;
  /** false leaves the name to what is in the button. */
  named?: boolean;
  pressed?: boolean;
  filled?: boolean;
  mirror?: boolean;
  danger?: boolean;
  disabled?: boolean;
  submit?: boolean;
  current?: boolean;
  expanded?: boolean;
  menu?: boolean;
  class?: string;
  /** false takes it out of the order of the tab key. */
  reach?: boolean;
  onClick?: (e: MouseEvent & { currentTarget: HTMLElement }) => void;
  children?: ComponentChildren;
}

export function Button(p: ButtonProps) {
  const shown = p.text || p.look !== undefined;
  return (
    <button
      type={p.submit ? "submit" : "button"}
      class={`button ${p.class ?? ""}`}
      data-look={p.look}
      data-danger={p.danger || undefined}
      aria-label={shown || p.named === false ? undefined : p.label}
      aria-pressed={p.pressed}
      aria-current={p.current ? "page" : undefined}
      aria-expanded={p.expanded}
      aria-haspopup={p.menu ? "menu" : undefined}
      title={p.keys ? `${p.label} (${p.keys})` : shown ? undefined : p.label}
      disabled={p.disabled}
      tabIndex={p.reach === false ? -1 : undefined}
      onClick={p.onClick}
    >
      {p.icon && <Icon name={p.icon} filled={p.filled ?? false} mirror={p.mirror ?? false} />}
      {shown && <span>{p.label}</span>}
      {p.children}
    </button>
  );
}
