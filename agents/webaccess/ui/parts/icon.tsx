import sprite from "virtual:sprite";
import names from "./icons.json";

export type IconName = keyof typeof names;

export function isIcon(name: string): name is IconName {
  return name in names;
}

const address = new URL(sprite, import.meta.url).href;

/** A picture beside a text or a label; readers of screens pass over it. */
export function Icon({ name, tone, filled, mirror }: { name: IconName; tone?: string; filled?: boolean; mirror?: boolean }) {
  return (
    <svg class="icon" aria-hidden="true" data-tone={tone} data-filled={filled || undefined} data-mirror={mirror || undefined}>
      <use href={`${address}#${name}`} />
    </svg>
  );
}
