import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Squire } from "virtual:squire";
import { perform } from "../actions/table";
import { Editor, type Mark } from "../editor/editor";
import { FormatBar } from "../editor/format";
import { plainText } from "../editor/sanitize";
import { bytes, t } from "../i18n/words";
import type { App } from "../model/app";
import type { Draft, Saving } from "../model/draft";
import type { MenuItem } from "../model/menus";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { fileIcon } from "./files";
import { RecipientField } from "./recipients";

const savingWords = { saved: "compose.saved", changed: "compose.changed", saving: "compose.saving", failed: "compose.failed", conflict: "compose.conflict" } as const satisfies Record<Saving, string>;

function moreItems(app: App, draft: Draft): MenuItem[] {
  const high = draft.importance.value === "high";
  const text = draft.format.value === "text";
  const frame = document.querySelector<HTMLIFrameElement>(".editor")?.contentDocument?.defaultView;
  const toText = (): void => void (frame && draft.setFormat("text", plainText((draft.read?.() ?? draft.html) + draft.quote.value, frame)));
  return [
    { label: t("compose.high"), icon: "high", checked: high, run: () => draft.setImportance(high ? "normal" : "high") },
    { label: t("compose.plain"), icon: "text", checked: text, run: () => (text ? void draft.setFormat("html", "") : toText()) },
    { label: t("compose.discard"), icon: "trash", danger: true, apart: true, run: () => void app.drafts.discard(draft) },
  ];
}

function Heads({ app, draft }: { app: App; draft: Draft }) {
  const copies = useSignal(draft.of("cc").length > 0 || draft.of("bcc").length > 0);
  const empty = draft.recipients.value.length === 0;
  const kinds = copies.value ? (["to", "cc", "bcc"] as const) : (["to"] as const);
  return (
    <div class="heads">
      {kinds.map((kind) => (
        <div class="head" key={kind}>
          <label for={`${draft.id}-${kind}`}>{t(`compose.${kind}`)}</label>
          <RecipientField app={app} draft={draft} kind={kind} focus={kind === "to" && empty} />
          {kind === "to" && !copies.value && <Button label={t("compose.copies")} text onClick={() => (copies.value = true)} />}
        </div>
      ))}
      <div class="head">
        <label for={`${draft.id}-subject`}>{t("compose.subject")}</label>
        <input class="input subject" id={`${draft.id}-subject`} value={draft.subject.value} onInput={(e) => draft.setSubject(e.currentTarget.value)} />
      </div>
    </div>
  );
}

function Attached({ draft }: { draft: Draft }) {
  if (draft.files.value.length + draft.transfers.value.length === 0) return null;
  return (
    <ul class="files" aria-label={t("files")}>
      {draft.files.value.map((f) => (
        <li class="file" key={f.path}>
          <Icon name={fileIcon(f.type)} />
          <div class="what">
            <bdi class="ellipsis" style={{ display: "block" }}>
              {f.name}
            </bdi>
            <div class="meta quiet">{bytes(f.size)}</div>
          </div>
          <Button label={t("compose.remove", { name: f.name })} icon="close" onClick={() => void draft.detach(f.path)} />
        </li>
      ))}
      {draft.transfers.value.map((x) => (
        <li class="file" key={x.name} data-deceptive={x.failed || undefined}>
          <Icon name={x.failed ? "alert" : "file"} />
          <div class="what">
            <bdi class="ellipsis" style={{ display: "block" }}>
              {x.name}
            </bdi>
            {x.failed ? <div class="meta">{t("compose.uploadFailed")}</div> : <div class="progress" role="progressbar" aria-label={x.name} aria-valuenow={Math.round(x.share * 100)}><div style={{ inlineSize: `${x.share * 100}%` }} /></div>}
          </div>
          <Button label={t("compose.remove", { name: x.name })} icon="close" onClick={x.cancel} />
        </li>
      ))}
    </ul>
  );
}

/** The text: formatted in a frame, or plain. */
function Writing({ draft }: { draft: Draft }) {
  const editor = useSignal<Squire | null>(null);
  const marks = useSignal<ReadonlySet<Mark>>(new Set());
  const focus = draft.recipients.value.length > 0;
  useEffect(() => {
    const current = editor.value;
    draft.read = current ? () => current.getHTML() : null;
    return () => {
      if (draft.read) draft.html = draft.read();
      draft.read = null;
    };
  }, [editor.value]);
  const plain = useRef<HTMLTextAreaElement>(null);
  const isText = draft.format.value === "text";
  useLayoutEffect(() => {
    if (!isText || !focus) return;
    plain.current?.focus();
    plain.current?.setSelectionRange(0, 0);
  }, [isText]);
  if (isText) {
    return (
      <div class="write">
        <textarea ref={plain} aria-label={t("compose.text")} value={draft.text.value} onInput={(e) => draft.setText(e.currentTarget.value)} />
      </div>
    );
  }
  const dissolve = (): void => {
    draft.dissolveQuote();
    editor.value?.setHTML(draft.html);
  };
  return (
    <>
      <FormatBar editor={editor} marks={marks} />
      <div class="write" data-typing="">
        <Editor html={draft.html} quote={draft.quote.value} editor={editor} marks={marks} focus={focus} onChange={() => draft.written()} onFiles={(f) => void draft.attach(f)} />
        {draft.quote.value !== "" && <Button class="edit-quote" label={t("compose.editQuote")} text icon="quote" onClick={dissolve} />}
      </div>
    </>
  );
}

function Conflict({ app, draft }: { app: App; draft: Draft }) {
  if (draft.saving.value !== "conflict") return null;
  const guard = (work: Promise<void>): void => void work.catch((e: unknown) => app.report(e));
  return (
    <div class="banner" data-tone="amber" role="alert">
      <Icon name="alert" />
      <p>{t("compose.conflictText")}</p>
      <Button label={t("compose.keepMine")} look="link" onClick={() => guard(draft.keepMine())} />
      <Button label={t("compose.takeTheirs")} look="link" onClick={() => guard(draft.takeTheirs())} />
    </div>
  );
}

function SendBar({ app, draft }: { app: App; draft: Draft }) {
  const pick = (e: Event & { currentTarget: HTMLInputElement }): void => {
    if (e.currentTarget.files) void draft.attach(e.currentTarget.files);
    e.currentTarget.value = "";
  };
  return (
    <div class="send">
      <Button label={t("send")} icon="sent" mirror look="primary" keys="Ctrl+Enter" disabled={draft.uploading.value} onClick={() => perform(app, "send")} />
      <Button label={t("compose.attach")} icon="clip" onClick={(e) => e.currentTarget.querySelector("input")?.click()}>
        <input type="file" multiple hidden onChange={pick} onClick={(e) => e.stopPropagation()} />
      </Button>
      <span class="grow meta quiet ellipsis" role="status">
        {t(savingWords[draft.saving.value])}
      </span>
      <Button label={t("more")} icon="more" menu onClick={(e) => app.menus.at(e.currentTarget, t("more"), moreItems(app, draft))} />
      <Button label={t("compose.discard")} icon="trash" danger onClick={() => void app.drafts.discard(draft)} />
    </div>
  );
}

function Tabs({ app }: { app: App }) {
  const { open, active } = app.drafts;
  if (open.value.length < 2) return null;
  return (
    <div class="draft-tabs" role="group" aria-label={t("compose.drafts")}>
      {open.value.map((d) => (
        <Button key={d.id} label={d.subject.value || t("noSubject")} text pressed={d.id === active.value} onClick={() => (active.value = d.id)} />
      ))}
    </div>
  );
}

/** The window in which mails are written. */
export function Compose({ app }: { app: App }) {
  const draft = app.drafts.current.value;
  const over = useSignal(false);
  useEffect(() => () => document.querySelector<HTMLElement>(".grid")?.focus(), []);
  if (draft === null) return null;
  const drop = (e: DragEvent): void => {
    over.value = false;
    if (!e.dataTransfer || e.dataTransfer.files.length === 0) return;
    e.preventDefault();
    void draft.attach(e.dataTransfer.files);
  };
  const drag = (e: DragEvent): void => {
    if (!e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    over.value = true;
  };
  return (
    <section class="compose" aria-label={t("compose")} data-drop={over.value ? t("compose.drop") : undefined} onDragOver={drag} onDragLeave={() => (over.value = false)} onDrop={drop}>
      <div class="bar">
        <Button label={t("compose.close")} icon="back" mirror onClick={() => void app.drafts.close(draft)} />
        <h2 class="grow ellipsis">{draft.subject.value || t("compose.new")}</h2>
      </div>
      <Tabs app={app} />
      <Conflict app={app} draft={draft} />
      <Heads key={`heads ${draft.id}`} app={app} draft={draft} />
      <Writing key={`text ${draft.id}`} draft={draft} />
      <Attached draft={draft} />
      <SendBar app={app} draft={draft} />
    </section>
  );
}
