import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { FunctionComponent } from "preact";
import { actions, keysOf, perform, type ActionID } from "../actions/table";
import { n, t } from "../i18n/words";
import type { App } from "../model/app";
import type { MenuItem } from "../model/menus";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { categoryItems } from "./categories";
import { actionItem } from "./listpane";
import { Message } from "./message";

function Do({ app, id, wide }: { app: App; id: ActionID; wide?: boolean }) {
  const message = app.reader.message.value;
  const action = actions[id];
  const off = message === null;
  const pressed = id === "flag" ? message?.flag === "flagged" : undefined;
  return (
    <Button
      class={wide ? "only-wide" : ""}
      label={t(action.label)}
      keys={keysOf(app, id)[0] ?? ""}
      icon={action.icon}
      mirror={action.group === "write"}
      danger={id === "delete"}
      disabled={off}
      {...(pressed === undefined ? {} : { pressed, filled: pressed })}
      onClick={() => perform(app, id)}
    />
  );
}

function moreItems(app: App): MenuItem[] {
  const ids: readonly ActionID[] = ["unread", "done", "forwardAttached", "print", "source", "deleteFinal"];
  return ids.map((id) => actionItem(app, id, id === "forwardAttached" || id === "deleteFinal"));
}

function ReaderBar({ app }: { app: App }) {
  const label = (opener: HTMLElement): void => {
    const target = app.mail.target();
    if (target) app.menus.at(opener, t("categories"), categoryItems(app, target));
  };
  const off = app.reader.message.value === null;
  return (
    <div class="bar" role="toolbar" aria-label={t("message")}>
      <Button class="only-phone" label={t("back")} icon="back" mirror onClick={() => app.back()} />
      <Do app={app} id="reply" />
      <Do app={app} id="replyAll" wide />
      <Do app={app} id="forward" wide />
      <hr class="only-wide" />
      <Do app={app} id="delete" />
      <Do app={app} id="move" />
      <Do app={app} id="flag" />
      <Button label={t("categories")} icon="tag" menu disabled={off} onClick={(e) => label(e.currentTarget)} />
      <span class="grow" />
      <Button class="only-wide" label={t("previous")} keys={keysOf(app, "previous")[0] ?? ""} icon="up" onClick={() => perform(app, "previous")} />
      <Button class="only-wide" label={t("next")} keys={keysOf(app, "next")[0] ?? ""} icon="down" onClick={() => perform(app, "next")} />
      <Button label={t("more")} icon="more" menu disabled={off} onClick={(e) => app.menus.at(e.currentTarget, t("more"), moreItems(app))} />
    </div>
  );
}

function ReaderBones() {
  return (
    <article aria-busy="true" aria-label={t("loading")}>
      {[64, 30, 92, 88, 74].map((width) => (
        <div key={width} class="bone" style={{ inlineSize: `${width}%` }} />
      ))}
    </article>
  );
}

function Shown({ app }: { app: App }) {
  const { reader, list } = app;
  const chosen = list.selection.count.value;
  if (chosen > 1) return <Empty icon="select" title={n("list.chosen", chosen)} />;
  if (reader.failed.value) return <Empty icon="alert" title={t("reader.gone")} />;
  if (reader.message.value) return <Message key={reader.message.value.id + (reader.message.value.part ?? "")} app={app} m={reader.message.value} />;
  return reader.id.value === "" ? <Empty icon="mail-open" title={t("reader.none")}>{<p>{t("reader.noneText")}</p>}</Empty> : <ReaderBones />;
}

/** The window for writing is fetched when somebody begins to write. */
function ComposeHost({ app }: { app: App }) {
  const loaded = useSignal<FunctionComponent<{ app: App }> | null>(null);
  const wanted = app.drafts.current.value !== null;
  useEffect(() => {
    if (wanted && loaded.value === null) {
      import("./compose").then(
        (m) => (loaded.value = m.Compose),
        (e: unknown) => app.report(e),
      );
    }
  }, [wanted]);
  const Compose = loaded.value;
  return wanted && Compose ? <Compose app={app} /> : null;
}

export function ReaderPane({ app }: { app: App }) {
  const box = useRef<HTMLDivElement>(null);
  const id = app.reader.id.value;
  useEffect(() => box.current?.scrollTo(0, 0), [id]);
  return (
    <section class="reader" aria-label={t("reader")}>
      <ReaderBar app={app} />
      <div class="scroll" ref={box} tabIndex={id === "" ? -1 : 0} role="region" aria-label={t("message")}>
        <Shown app={app} />
      </div>
      <ComposeHost app={app} />
    </section>
  );
}
