import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

/** What is shown where nothing is. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}
