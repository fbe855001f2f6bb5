import { useSignal, type Signal } from "@preact/signals";
import type { Squire } from "virtual:squire";
import { t, type Key } from "../i18n/words";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import type { IconName } from "../parts/icon";
import type { Mark } from "./editor";

interface Style {
  readonly label: Key;
  readonly icon: IconName;
  readonly keys?: string;
  readonly mark?: Mark;
  /** A line is drawn in front of it. */
  readonly apart?: boolean;
  readonly run: (editor: Squire, on: boolean) => void;
}

const styles: readonly Style[] = [
  { label: "format.bold", icon: "bold", keys: "Ctrl+B", mark: "B", run: (e, on) => (on ? e.removeBold() : e.bold()) },
  { label: "format.italic", icon: "italic", keys: "Ctrl+I", mark: "I", run: (e, on) => (on ? e.removeItalic() : e.italic()) },
  { label: "format.underline", icon: "underline", keys: "Ctrl+U", mark: "U", run: (e, on) => (on ? e.removeUnderline() : e.underline()) },
  { label: "format.strike", icon: "strike", mark: "S", run: (e, on) => (on ? e.removeStrikethrough() : e.strikethrough()) },
  { label: "format.list", icon: "list", mark: "UL", apart: true, run: (e, on) => (on ? e.removeList() : e.makeUnorderedList()) },
  { label: "format.numbers", icon: "numbers", mark: "OL", run: (e, on) => (on ? e.removeList() : e.makeOrderedList()) },
  { label: "format.quote", icon: "quote", mark: "BLOCKQUOTE", run: (e, on) => (on ? e.decreaseQuoteLevel() : e.increaseQuoteLevel()) },
  { label: "format.clear", icon: "clear", apart: true, run: (e) => e.removeAllFormatting() },
  { label: "undo", icon: "undo", keys: "Ctrl+Z", run: (e) => e.undo() },
  { label: "redo", icon: "redo", keys: "Ctrl+Y", run: (e) => e.redo() },
];

/** Only addresses that a mail may lead to. */
function linkOf(text: string): string | null {
  const full = /^[\w.+-]+@[\w.-]+$/.test(text) ? `mailto:${text}` : /^[a-z]+:/i.test(text) ? text : `https://${text}`;
  return /^(https?|mailto|tel):/i.test(full) && URL.canParse(full) ? full : null;
}

function LinkDialog({ editor, onClose }: { editor: Squire; onClose: () => void }) {
  const wrong = useSignal(false);
  const submit = (e: SubmitEvent & { currentTarget: HTMLFormElement }): void => {
    e.preventDefault();
    const link = linkOf(String(new FormData(e.currentTarget).get("link")).trim());
    wrong.value = link === null;
    if (link === null) return;
    onClose();
    editor.focus().makeLink(link);
  };
  return (
    <Dialog title={t("format.link")} onClose={onClose}>
      <form class="body" onSubmit={submit}>
        <div class="field">
          <label for="link">{t("format.address")}</label>
          <input class="input" id="link" name="link" placeholder="https://" data-autofocus aria-invalid={wrong.value} />
        </div>
        {wrong.value && <p role="alert">{t("format.wrongLink")}</p>}
        <Button label={t("format.insert")} look="primary" submit />
      </form>
    </Dialog>
  );
}

/** The bar with the looks of a text. */
export function FormatBar({ editor, marks }: { editor: Signal<Squire | null>; marks: Signal<ReadonlySet<Mark>> }) {
  const linking = useSignal(false);
  const current = editor.value;
  const run = (style: Style): void => {
    if (!current) return;
    style.run(current, style.mark !== undefined && marks.value.has(style.mark));
    current.focus();
  };
  return (
    <div class="format" role="toolbar" aria-label={t("format")}>
      {styles.map((s) => (
        <>
          {s.apart && <hr aria-hidden="true" />}
          <Button
            key={s.label}
            label={t(s.label)}
            icon={s.icon}
            {...(s.keys ? { keys: s.keys } : {})}
            {...(s.mark ? { pressed: marks.value.has(s.mark) } : {})}
            disabled={current === null}
            onClick={() => run(s)}
          />
          {s.mark === "BLOCKQUOTE" && <Button label={t("format.link")} icon="link" pressed={marks.value.has("A")} disabled={current === null} onClick={() => (linking.value = true)} />}
        </>
      ))}
      {linking.value && current && <LinkDialog editor={current} onClose={() => (linking.value = false)} />}
    </div>
  );
}
