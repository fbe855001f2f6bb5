import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { actionIDs, actions, keysOf, perform, type Group } from "../actions/table";
import type { ID } from "../api/types.gen";
import { t } from "../i18n/words";
import type { App } from "../model/app";
import type { Branch } from "../model/folders";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Picker, type Choice } from "../parts/picker";
import { Settings } from "../settings/settings";
import { folderIcon } from "./folderpane";

function close(app: App): void {
  app.dialog.value = "none";
  app.moving.value = null;
}

function folderChoices(list: readonly Branch[], above: string): Choice[] {
  return list.flatMap(({ folder, children }) => {
    const label = above + folder.name;
    return [{ id: folder.id, label, icon: folderIcon(folder) }, ...folderChoices(children, `${label} / `)];
  });
}

/** Every action that can be done now, and every folder. */
function Palette({ app }: { app: App }) {
  const can = actionIDs.filter((id) => id !== "palette" && actions[id].when(app));
  const things: Choice[] = can.map((id) => {
    const keys = keysOf(app, id)[0];
    return { id: `do ${id}`, label: t(actions[id].label), icon: actions[id].icon, ...(keys ? { keys } : {}) };
  });
  const folders = folderChoices(app.folders.tree.value, "").map((c) => ({ ...c, id: `go ${c.id}` }));
  const pick = (chosen: string): void => {
    close(app);
    const action = can.find((id) => chosen === `do ${id}`);
    if (action) perform(app, action);
    else void app.openFolder(chosen.slice(3));
  };
  return <Picker title={t("palette")} placeholder={t("palette.hint")} choices={[...things, ...folders]} onPick={pick} onClose={() => close(app)} />;
}

function MoveTo({ app }: { app: App }) {
  const target = app.moving.value ?? app.mail.target();
  const choices = folderChoices(app.folders.tree.value, "").filter((c) => c.id !== app.list.folder.value);
  const pick = (to: ID): void => {
    close(app);
    const folder = app.folders.byID.value.get(to);
    if (target && folder) void app.mail.move(target, to, folder.name);
  };
  return <Picker title={t("move")} placeholder={t("move.hint")} choices={choices} onPick={pick} onClose={() => close(app)} />;
}

const groups: readonly Group[] = ["write", "organise", "go", "app"];

function Help({ app }: { app: App }) {
  return (
    <Dialog title={t("keys")} size="wide" class="help" onClose={() => close(app)}>
      <div class="body columns" tabIndex={0} role="region" aria-label={t("keys")}>
        {groups.map((group) => (
          <section key={group}>
            <h3>{t(`group.${group}`)}</h3>
            <dl>
              {actionIDs
                .filter((id) => actions[id].group === group && keysOf(app, id).length > 0)
                .map((id) => (
                  <>
                    <dt>{t(actions[id].label)}</dt>
                    <dd>
                      {keysOf(app, id).map((k) => (
                        <kbd key={k}>{k}</kbd>
                      ))}
                    </dd>
                  </>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Source({ app }: { app: App }) {
  const text = useSignal("");
  const message = app.reader.message.value;
  useEffect(() => {
    if (message) app.client.call("messages/headers", { id: message.id, ...(message.part ? { part: message.part } : {}) }).then((h) => (text.value = h.text || t("source.none")), (e: unknown) => app.report(e));
  }, []);
  return (
    <Dialog title={t("source")} size="wide" onClose={() => close(app)}>
      <pre class="body meta" tabIndex={0} role="region" aria-label={t("source")} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", margin: 0 }}>
        {text.value}
      </pre>
    </Dialog>
  );
}

function FolderName({ app }: { app: App }) {
  const id = app.about.value;
  const create = app.dialog.value === "newFolder";
  const title = t(create ? "folders.new" : "folders.rename");
  const submit = (e: SubmitEvent & { currentTarget: HTMLFormElement }): void => {
    e.preventDefault();
    const name = String(new FormData(e.currentTarget).get("name")).trim();
    if (name === "") return;
    close(app);
    const work = create ? app.folders.create(id, name) : app.folders.rename(id, name);
    work.catch((problem: unknown) => app.report(problem));
  };
  return (
    <Dialog title={title} onClose={() => close(app)}>
      <form class="body" onSubmit={submit}>
        <div class="field">
          <label for="name">{t("folders.name")}</label>
          <input class="input" id="name" name="name" data-autofocus required value={create ? "" : (app.folders.byID.value.get(id)?.name ?? "")} />
        </div>
        <Button label={title} look="primary" submit />
      </form>
    </Dialog>
  );
}

function Sure({ app }: { app: App }) {
  const question = app.question.value;
  if (!question) return null;
  const yes = (): void => {
    close(app);
    question.run();
  };
  const footer = (
    <>
      <Button label={t("cancel")} look="outline" onClick={() => close(app)} />
      <Button label={question.yes} look="primary" onClick={yes} />
    </>
  );
  return (
    <Dialog title={t("sure")} footer={footer} onClose={() => close(app)}>
      <p class="body">{question.text}</p>
    </Dialog>
  );
}

function Doubt({ app }: { app: App }) {
  const doubt = app.drafts.doubt.value;
  if (!doubt) return null;
  const back = (): void => void (app.drafts.doubt.value = null);
  const footer = (
    <>
      <Button label={t("compose.goBack")} look={doubt.kind === "recipients" ? "primary" : "outline"} onClick={back} />
      {doubt.kind !== "recipients" && <Button label={t("compose.sendAnyway")} look="primary" onClick={() => void app.drafts.send(doubt.draft, true)} />}
    </>
  );
  return (
    <Dialog title={t(`doubt.${doubt.kind}`)} footer={footer} onClose={back}>
      <p class="body">{t(`doubt.${doubt.kind}Text`)}</p>
    </Dialog>
  );
}

/** The window that is open over all others, if any. */
export function Dialogs({ app }: { app: App }) {
  const open = app.dialog.value;
  return (
    <>
      {open === "palette" && <Palette app={app} />}
      {open === "move" && <MoveTo app={app} />}
      {open === "help" && <Help app={app} />}
      {open === "source" && <Source app={app} />}
      {(open === "newFolder" || open === "renameFolder") && <FolderName app={app} />}
      {open === "sure" && <Sure app={app} />}
      {open === "settings" && <Settings app={app} onClose={() => close(app)} />}
      <Doubt app={app} />
    </>
  );
}
