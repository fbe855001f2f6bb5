import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Address, Recipient, RecipientKind } from "../api/types.gen";
import { t } from "../i18n/words";
import type { App } from "../model/app";
import { Completion, isAddress, parseAddresses } from "../model/completion";
import type { Draft } from "../model/draft";
import { Avatar } from "../parts/avatar";
import { Icon } from "../parts/icon";

interface FieldProps {
  app: App;
  draft: Draft;
  kind: RecipientKind;
  focus: boolean;
}

function Chip({ r, onRemove }: { r: Recipient; onRemove: () => void }) {
  const bad = !isAddress(r.address);
  const name = r.name || r.address;
  return (
    <span class="chip" role="listitem" data-bad={bad || undefined} title={bad ? t("compose.badAddress") : r.address}>
      <bdi class="ellipsis">{name}</bdi>
      <button type="button" aria-label={t("compose.remove", { name })} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </span>
  );
}

function Suggestions({ id, found, onPick }: { id: string; found: Completion; onPick: (a: Address) => void }) {
  if (found.found.value.length === 0) return null;
  return (
    <div class="menu suggest" role="listbox" id={id} aria-label={t("compose.suggestions")}>
      {found.found.value.map((a, i) => (
        <div role="option" key={a.address} id={`${id}-${i}`} aria-selected={i === found.at.value} onMouseDown={(e) => (e.preventDefault(), onPick(a))}>
          <Avatar name={a.name} address={a.address} size="small" />
          <span class="grow">
            <span class="ellipsis" style={{ display: "block" }}>
              {a.name || a.address}
            </span>
            {a.name !== "" && <span class="meta quiet ellipsis">{a.address}</span>}
          </span>
        </div>
      ))}
    </div>
  );
}

/** A field of recipients: chips, and a text that completes to more of them. */
export function RecipientField({ app, draft, kind, focus }: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const found = useSignal(new Completion(app.client)).value;
  const list = draft.of(kind);
  useLayoutEffect(() => {
    if (focus) input.current?.focus();
  }, []);
  const id = `${draft.id}-${kind}`;
  const add = (more: readonly { name: string; address: string }[]): void => {
    const fresh = more.filter((m) => m.address !== "" && !list.some((r) => r.address.toLowerCase() === m.address.toLowerCase()));
    if (fresh.length > 0) draft.setRecipients(kind, [...list, ...fresh.map(({ name, address }) => ({ kind, name, address }))]);
    if (input.current) input.current.value = "";
    found.clear();
  };
  const settle = (): void => add(found.chosen ? [found.chosen] : parseAddresses(input.current?.value ?? ""));
  const remove = (gone: Recipient): void => {
    draft.setRecipients(kind, list.filter((r) => r !== gone));
    input.current?.focus();
  };
  const keys = (e: KeyboardEvent & { currentTarget: HTMLInputElement }): void => {
    const text = e.currentTarget.value;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const last = list.at(-1);
    if (step !== undefined) found.step(step);
    else if (e.key === "Escape" && found.found.value.length > 0) found.clear();
    else if (e.key === "Backspace" && text === "" && last) remove(last);
    else if (text !== "" && ["Enter", "Tab", ",", ";"].includes(e.key) && !e.ctrlKey) settle();
    else return;
    e.preventDefault();
  };
  const paste = (e: ClipboardEvent): void => {
    const many = parseAddresses(e.clipboardData?.getData("text/plain") ?? "");
    if (many.length < 2 || !many.every((m) => isAddress(m.address))) return;
    e.preventDefault();
    add(many);
  };
  return (
    <div class="recipients" role="group" aria-label={t(`compose.${kind}`)} onClick={() => input.current?.focus()}>
      <span role="list" style={{ display: "contents" }}>
        {list.map((r) => (
          <Chip key={r.address} r={r} onRemove={() => remove(r)} />
        ))}
      </span>
      <input
        ref={input}
        id={id}
        role="combobox"
        autocomplete="off"
        aria-expanded={found.found.value.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.chosen ? `${id}-list-${found.at.value}` : undefined}
        onInput={(e) => void found.ask(e.currentTarget.value)}
        onKeyDown={keys}
        onPaste={paste}
        onBlur={() => input.current?.value && settle()}
      />
      <Suggestions id={`${id}-list`} found={found} onPick={(a) => add([a])} />
    </div>
  );
}
