import { perform } from "../actions/table";
import { t } from "../i18n/words";
import type { App } from "../model/app";
import { Announcer } from "../parts/announcer";
import { Avatar } from "../parts/avatar";
import { Button } from "../parts/button";
import { MenuLayer } from "../parts/menu";
import { ToastLayer } from "../parts/toasts";
import { Dialogs } from "./dialogs";
import { FolderPane } from "./folderpane";
import { actionItem, ListPane } from "./listpane";
import { Logon } from "./logon";
import { ReaderPane } from "./readerpane";

function flipTheme(app: App): void {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const { theme } = app.session.settings.value;
  const now = theme === "automatic" ? (dark ? "dark" : "light") : theme;
  app.session.change({ theme: now === "dark" ? "light" : "dark" }).catch((e: unknown) => app.report(e));
}

function Rail({ app }: { app: App }) {
  const user = app.session.user.value;
  return (
    <aside class="rail" aria-label={t("rail")}>
      <Button label={t("mail")} icon="mail" current onClick={() => perform(app, "inbox")} />
      <span class="gap" />
      <Button label={t("theme.flip")} icon="moon" onClick={() => flipTheme(app)} />
      <Button label={t("keys")} icon="help" keys="?" onClick={() => perform(app, "help")} />
      <Button label={t("settings")} icon="settings" onClick={() => perform(app, "settings")} />
      {user && (
        <Button named={false} label={t("account", { name: user.fullName })} menu onClick={(e) => app.menus.at(e.currentTarget, user.fullName, [actionItem(app, "settings"), actionItem(app, "logoff", true)])}>
          <Avatar name={user.fullName} address={user.address} size="small" />
          <span class="unseen">{t("account", { name: user.fullName })}</span>
        </Button>
      )}
    </aside>
  );
}

/** The bar at the lower edge of phones. */
function Tabs({ app }: { app: App }) {
  const tab = (label: string, icon: "inbox" | "folders" | "compose" | "settings", run: () => void, current = false) => (
    <Button label={label} icon={icon} text current={current} onClick={run} />
  );
  return (
    <nav class="tabs" aria-label={t("rail")}>
      {tab(t("list"), "inbox", () => (app.foldersOpen.value = false), !app.foldersOpen.value)}
      {tab(t("folders"), "folders", () => (app.foldersOpen.value = !app.foldersOpen.value), app.foldersOpen.value)}
      {tab(t("new"), "compose", () => perform(app, "new"))}
      {tab(t("settings"), "settings", () => perform(app, "settings"))}
    </nav>
  );
}

export function Shell({ app }: { app: App }) {
  const phase = app.session.phase.value;
  if (phase === "starting") return null;
  if (phase === "loggedOff") return <Logon app={app} />;
  return (
    <>
      <div class="shell" data-pane={app.pane.value} data-folders={app.foldersOpen.value || undefined}>
        <Rail app={app} />
        <FolderPane app={app} />
        <main class="panes">
          <ListPane app={app} />
          <ReaderPane app={app} />
        </main>
        <Tabs app={app} />
      </div>
      {!app.online.value && (
        <div class="offline" role="status">
          {t("offline")}
        </div>
      )}
      <Dialogs app={app} />
      <MenuLayer menus={app.menus} />
      <ToastLayer toasts={app.toasts} />
      <Announcer said={app.said} />
    </>
  );
}
