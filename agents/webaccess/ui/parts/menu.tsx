import { useLayoutEffect, useRef } from "preact/hooks";
import type { MenuItem, Menus, OpenMenu } from "../model/menus";
import { Icon, isIcon } from "./icon";
import { moved } from "./roving";

/** Puts a menu beside its opener, inside the window. */
function place(menu: HTMLElement, { beside }: OpenMenu): void {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = beside.bottom + 4 + height <= innerHeight;
  menu.style.left = `${Math.max(8, Math.min(beside.left, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? beside.bottom + 4 : Math.max(8, beside.top - 4 - height)}px`;
}

function Item({ item, menus }: { item: MenuItem; menus: Menus }) {
  const run = (): void => {
    menus.close();
    item.run();
  };
  return (
    <>
      {item.apart && <hr />}
      <div role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"} aria-checked={item.checked} tabIndex={-1} onClick={run}>
        {item.swatch !== undefined && <span class="swatch" data-colour={item.swatch} />}
        {item.icon && isIcon(item.icon) && <Icon name={item.icon} />}
        <span class="grow ellipsis">{item.label}</span>
        {item.keys && <kbd>{item.keys}</kbd>}
        {item.checked && <Icon name="check" />}
      </div>
    </>
  );
}

/** The menu that is open, above everything. */
export function MenuLayer({ menus }: { menus: Menus }) {
  const open = menus.open.value;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!box.current || !open) return;
    box.current.showPopover();
    place(box.current, open);
    box.current.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
  }, [open]);
  if (open === null) return null;
  const keys = (e: KeyboardEvent): void => {
    e.stopPropagation();
    const focused = document.activeElement;
    if (e.key === "Escape" || e.key === "Tab") menus.close();
    else if ((e.key === "Enter" || e.key === " ") && focused instanceof HTMLElement) focused.click();
    else if (!moved(box.current, "[role^=menuitem]", e)) return;
    e.preventDefault();
  };
  return (
    <section aria-label={open.label}>
    <div ref={box} class="menu" role="menu" aria-label={open.label} popover="manual" onKeyDown={keys} onFocusOut={(e) => leaves(e, menus)}>
      {open.items.map((item) => (
        <Item key={item.label} item={item} menus={menus} />
      ))}
    </div>
    </section>
  );
}

/** A menu that loses the focus closes, without taking it back. */
function leaves(e: FocusEvent & { currentTarget: HTMLElement }, menus: Menus): void {
  if (e.relatedTarget instanceof Node && e.currentTarget.contains(e.relatedTarget)) return;
  if (e.currentTarget.isConnected) menus.open.value = null;
}
