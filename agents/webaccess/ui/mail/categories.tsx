import { t } from "../i18n/words";
import type { App } from "../model/app";
import type { MenuItem } from "../model/menus";
import type { Target } from "../model/mail";

const tones = ["red", "amber", "amber", "amber", "green", "green", "green", "blue", "blue", "red", "blue"] as const;

/** The tone of one of Outlook's 25 colours. */
function toneOf(colour: number): string | undefined {
  return colour < 0 ? undefined : tones[colour % tones.length];
}

export function CategoryChip({ app, name }: { app: App; name: string }) {
  const colour = app.session.settings.value.categories.find((c) => c.name === name)?.colour ?? -1;
  return (
    <span class="chip ellipsis" data-small data-tone={toneOf(colour)}>
      {name}
    </span>
  );
}

/** The categories of the user and of the messages, to be switched on and off. */
export function categoryItems(app: App, target: Target): MenuItem[] {
  const message = app.reader.message.value;
  const row = app.list.cursorRow.value;
  const has = message && target.of.ids?.includes(message.id) ? message.categories : row && target.has(row, app.list.cursor.value) ? row.categories : [];
  const known = app.session.settings.value.categories.map((c) => c.name);
  const names = known.length > 0 ? known : [t("category.important"), t("category.private"), t("category.work"), t("category.later")];
  return [...new Set([...names, ...has])].map((name) => {
    const checked = has.includes(name);
    const colour = app.session.settings.value.categories.find((c) => c.name === name)?.colour;
    return { label: name, checked, ...(colour === undefined ? {} : { swatch: colour }), run: () => void app.mail.setCategory(target, name, !checked) };
  });
}
