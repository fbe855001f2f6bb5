import { perform } from "../actions/table";
import type { Folder, ID } from "../api/types.gen";
import { bytes, n, number, t } from "../i18n/words";
import type { App } from "../model/app";
import type { Branch } from "../model/folders";
import type { MenuItem } from "../model/menus";
import { Button } from "../parts/button";
import { Icon, type IconName } from "../parts/icon";
import { Tree, type TreeRow } from "../parts/tree";
import { draggedIDs } from "./drag";

const roleIcons: Readonly<Partial<Record<Folder["role"], IconName>>> = { inbox: "inbox", drafts: "drafts", sent: "sent", outbox: "outbox", junk: "junk", deleted: "deleted" };

export function folderIcon(f: Folder): IconName {
  return roleIcons[f.role] ?? (f.search ? "search-folder" : "folder");
}

/** Drafts and the outbox show how many there are, other folders how many are unread. */
function Count({ folder }: { folder: Folder }) {
  const all = folder.role === "drafts" || folder.role === "outbox";
  const count = all ? folder.total : folder.unread;
  return count === 0 ? null : (
    <span class="count" data-quiet={all || undefined}>
      {number(count)}
      <span class="unseen"> {t(all ? "folders.messages" : "folders.unread")}</span>
    </span>
  );
}

function treeRows(app: App, list: readonly Branch[], level: number): TreeRow[] {
  return list.flatMap(({ folder, children }) => {
    const open = children.length === 0 ? null : !app.folders.closed.value.has(folder.id);
    const row: TreeRow = {
      id: folder.id,
      level,
      open,
      unread: folder.unread > 0 && folder.role !== "deleted",
      content: (
        <>
          <Icon name={folderIcon(folder)} />
          <span class="name ellipsis">{folder.name}</span>
          <Count folder={folder} />
        </>
      ),
    };
    return open ? [row, ...treeRows(app, children, level + 1)] : [row];
  });
}

/** What can be done with a folder. */
function folderMenu(app: App, id: ID): MenuItem[] {
  const folder = app.folders.byID.value.get(id);
  if (!folder) return [];
  const open = (dialog: "newFolder" | "renameFolder") => () => {
    app.about.value = id;
    app.dialog.value = dialog;
  };
  const guard = (work: Promise<void>): void => void work.catch((e: unknown) => app.report(e));
  const empty = (): void => app.ask({ text: n("sure.empty", folder.total, { folder: folder.name }), yes: t("folders.empty"), run: () => guard(app.folders.empty(id)) });
  const destroy = (): void => app.ask({ text: t("sure.deleteFolder", { folder: folder.name }), yes: t("delete"), run: () => guard(app.folders.destroy(id)) });
  const items: MenuItem[] = [
    { label: t("folders.new"), icon: "plus", run: open("newFolder") },
    { label: t("folders.empty"), icon: "empty", run: empty },
  ];
  if (folder.role !== "") return items;
  return [...items, { label: t("folders.rename"), icon: "rename", run: open("renameFolder") }, { label: t("delete"), icon: "trash", danger: true, apart: true, run: destroy }];
}

function QuotaBar({ app }: { app: App }) {
  const quota = app.session.quota.value;
  const limit = quota ? quota.hard || quota.soft || quota.warn : 0;
  if (!quota || limit === 0) return null;
  const share = Math.min(100, Math.round((quota.used / limit) * 100));
  return (
    <div class="quota meta quiet">
      <div class="progress" role="meter" aria-label={t("quota")} aria-valuenow={share} aria-valuemin={0} aria-valuemax={100}>
        <div style={{ inlineSize: `${share}%` }} />
      </div>
      {t("quota.of", { used: bytes(quota.used), all: bytes(limit) })}
    </div>
  );
}

export function FolderPane({ app }: { app: App }) {
  const drop = (to: ID, data: DataTransfer): void => {
    const target = draggedIDs(app, data);
    const folder = app.folders.byID.value.get(to);
    if (target && folder && to !== app.list.folder.value) void app.mail.move(target, to, folder.name);
  };
  return (
    <nav class="folders" aria-label={t("folders")}>
      <div class="bar">
        <Button label={t("new")} icon="compose" look="primary" onClick={() => perform(app, "new")} />
      </div>
      <div class="scroll">
        <Tree
          label={t("folders")}
          rows={treeRows(app, app.folders.tree.value, 1)}
          selected={app.list.folder.value}
          onSelect={(id) => void app.openFolder(id)}
          onToggle={(id) => app.folders.toggle(id)}
          onMenu={(id, x, y, row) => app.menus.point(x, y, t("folders"), folderMenu(app, id), row)}
          onDrop={drop}
        />
      </div>
      <QuotaBar app={app} />
    </nav>
  );
}
