// The one menu that is open, and where.

import { signal } from "@preact/signals";

export interface MenuItem {
  readonly label: string;
  readonly icon?: string;
  readonly keys?: string;
  /** For items that are on or off. */
  readonly checked?: boolean;
  /** A colour's name, for categories. */
  readonly swatch?: number;
  /** A line is drawn in front of it. */
  readonly apart?: boolean;
  readonly danger?: boolean;
  readonly run: () => void;
}

export interface OpenMenu {
  /** In pixels of the window: what the menu opens beside. */
  readonly beside: { readonly left: number; readonly top: number; readonly bottom: number; readonly right: number };
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** What gets the focus back. */
  readonly opener: HTMLElement | null;
}

export class Menus {
  readonly open = signal<OpenMenu | null>(null);

  /** Opens beside an element. */
  at(opener: HTMLElement, label: string, items: readonly MenuItem[]): void {
    this.open.value = { beside: opener.getBoundingClientRect(), label, items, opener };
  }

  /** Opens at a point, for the other button of the mouse. */
  point(left: number, top: number, label: string, items: readonly MenuItem[], opener: HTMLElement): void {
    this.open.value = { beside: { left, right: left, top, bottom: top }, label, items, opener };
  }

  close(): void {
    const opener = this.open.peek()?.opener;
    this.open.value = null;
    opener?.focus({ preventScroll: true });
  }
}
