import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/words";
import { Button } from "./button";

interface DialogProps {
  title: string;
  size?: "wide";
  class?: string;
  /** Without a header, for what has its title in itself. */
  bare?: boolean;
  footer?: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
}

/** A window over the others: the browser keeps the focus in it and gives it back. */
export function Dialog(p: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    // Without a field to begin with the window itself has the focus, so that no key closes it by chance.
    (dialog?.querySelector<HTMLElement>("[data-autofocus]") ?? dialog)?.focus();
    return () => dialog?.close();
  }, []);
  const outside = (e: MouseEvent): void => {
    if (e.target === box.current) p.onClose();
  };
  const cancel = (e: Event): void => {
    e.preventDefault();
    p.onClose();
  };
  return (
    <dialog ref={box} tabIndex={-1} class={`dialog ${p.class ?? ""}`} data-size={p.size} aria-labelledby={id} onCancel={cancel} onMouseDown={outside} onKeyDown={(e) => e.stopPropagation()}>
      {p.bare ? (
        <h2 id={id} class="unseen">
          {p.title}
        </h2>
      ) : (
        <header>
          <h2 id={id}>{p.title}</h2>
          <Button label={t("close")} icon="close" onClick={p.onClose} />
        </header>
      )}
      {p.children}
      {p.footer && <footer>{p.footer}</footer>}
    </dialog>
  );
}
