import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { actions, keysOf, perform, type ActionID } from "../actions/table";
import type { Filter, Sort } from "../api/types.gen";
import { longDay, n, number, t, type Key } from "../i18n/words";
import type { App } from "../model/app";
import type { MenuItem } from "../model/menus";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { bubbleTop, Grid } from "../parts/grid";
import { categoryItems } from "./categories";
import { dragRow } from "./drag";
import { listKeys } from "./listkeys";
import { RowBones, RowContent, rowLabel, whoOf } from "./row";

const sorts: readonly Sort[] = ["-date", "date", "from", "subject", "-size", "-flag", "-importance"];
const filters: readonly Filter[] = ["", "unread", "flagged", "attachments"];

function sortItems(app: App): MenuItem[] {
  return sorts.map((sort) => ({
    label: t(`sort.${sort}`),
    checked: app.list.sort.value === sort,
    run: () => void app.list.open(app.list.folder.value, { sort }),
  }));
}

/** An action of the table as an item of a menu. */
export function actionItem(app: App, id: ActionID, apart = false): MenuItem {
  const keys = keysOf(app, id)[0];
  return { label: t(actions[id].label), icon: actions[id].icon, ...(keys ? { keys } : {}), apart, run: () => perform(app, id) };
}

/** What can be done with the chosen rows, or the one under the pointer. */
function rowItems(app: App): MenuItem[] {
  const ids: readonly ActionID[] = ["reply", "replyAll", "forward", "read", "unread", "flag", "done", "move", "delete"];
  const target = app.mail.target();
  const usable = ids.filter((id) => actions[id].when(app)).map((id) => actionItem(app, id, id === "read" || id === "move"));
  const categories = target ? categoryItems(app, target) : [];
  return [...usable, ...categories.map((c, i) => ({ ...c, apart: i === 0 }))];
}

function ListBar({ app }: { app: App }) {
  const folder = app.folders.byID.value.get(app.list.folder.value);
  const total = app.list.total.value;
  return (
    <div class="bar">
      <Button class="only-narrow only-wide" label={t("folders")} icon="folders" expanded={app.foldersOpen.value} onClick={() => (app.foldersOpen.value = !app.foldersOpen.value)} />
      <h1 class="grow">
        <span class="ellipsis">{folder?.name ?? ""}</span>
        {total !== null && <span class="meta quiet">{number(total)}</span>}
      </h1>
      <Button label={t("palette")} keys="Ctrl+K" icon="palette" class="only-wide" onClick={() => perform(app, "palette")} />
      <Button label={t("sort")} icon="sort" menu onClick={(e) => app.menus.at(e.currentTarget, t("sort"), sortItems(app))} />
    </div>
  );
}

function ChoiceBar({ app }: { app: App }) {
  const all: readonly ActionID[] = ["read", "flag", "move", "delete"];
  const { selection } = app.list;
  return (
    <div class="bar choice">
      <Button label={t("list.unselect")} icon="close" keys="Esc" onClick={() => selection.clear()} />
      <h1 class="grow ellipsis" aria-live="polite">
        {n("list.chosen", selection.count.value)}
      </h1>
      <Button label={t("selectAll")} icon="select" keys={keysOf(app, "selectAll")[0] ?? ""} onClick={() => perform(app, "selectAll")} />
      {all.map((id) => (
        <Button key={id} label={t(actions[id].label)} keys={keysOf(app, id)[0] ?? ""} icon={actions[id].icon} danger={id === "delete"} onClick={() => perform(app, id)} />
      ))}
    </div>
  );
}

function Filters({ app }: { app: App }) {
  return (
    <div class="filters" role="group" aria-label={t("filter")}>
      {filters.map((filter) => (
        <Button key={filter} label={t(`filter.${filter || "all"}` as Key)} text pressed={app.list.filter.value === filter} onClick={() => void app.list.open(app.list.folder.value, { filter })} />
      ))}
    </div>
  );
}

/** The date of the topmost row while the thumb is being dragged. */
function Bubble({ app, shown }: { app: App; shown: Signal<boolean> }) {
  const { list } = app;
  const first = Math.floor(list.place.value.offset / list.rowHeight.value);
  useEffect(() => {
    if (!shown.value) return;
    const timer = setTimeout(() => (shown.value = false), 800);
    return () => clearTimeout(timer);
  }, [list.place.value.top]);
  if (!shown.value || list.total.value === null) return null;
  const row = list.row(first);
  return (
    <div class="bubble" aria-hidden="true" style={{ top: `${bubbleTop(list.extent.value, list.place.value) + 96}px` }}>
      {row && list.sort.value.endsWith("date") ? longDay(row.date) : number(first + 1)}
    </div>
  );
}

function press(app: App, index: number, e: MouseEvent): void {
  const { selection } = app.list;
  const check = e.target instanceof Element && e.target.closest("[data-check]") !== null;
  if (e.shiftKey) selection.extend(index);
  else if (e.ctrlKey || e.metaKey || check) selection.toggle(index);
  else {
    selection.clear();
    void app.openRow(index);
  }
  app.list.moveCursor(index);
}

function menu(app: App, index: number, e: MouseEvent, grid: HTMLElement): void {
  if (!app.list.chosen(index)) {
    app.list.selection.clear();
    void app.openRow(index).then(() => app.menus.point(e.clientX, e.clientY, t("message"), rowItems(app), grid));
    return;
  }
  app.menus.point(e.clientX, e.clientY, t("message"), rowItems(app), grid);
}

function Rows({ app }: { app: App }) {
  const { list } = app;
  const bubble = useSignal(false);
  const now = new Date();
  const outgoing = ["sent", "drafts", "outbox"].includes(app.folders.byID.value.get(list.folder.value)?.role ?? "");
  const current = app.reader.id.value;
  const row = (index: number) => {
    const r = list.row(index);
    if (!r) return { key: `bones ${index}`, unread: false, label: t("loading"), content: <RowBones /> };
    const who = whoOf(r, outgoing);
    return { key: r.key, unread: !r.read, label: rowLabel(r, who, now), content: <RowContent app={app} row={r} who={who} now={now} /> };
  };
  const scrolled = (top: number): void => {
    const before = list.place.value.offset;
    list.scrolled(top);
    if (Math.abs(list.place.value.offset - before) > 4 * list.viewport.value) bubble.value = true;
  };
  const choosing = list.selection.count.value > 0;
  return (
    <>
      <Grid
        label={app.folders.byID.value.get(list.folder.value)?.name ?? t("mail")}
        density={app.session.settings.value.density}
        extent={list.extent.value}
        place={list.place.value}
        span={list.span.value}
        cursor={list.cursor.value}
        choosing={choosing}
        selected={(i) => list.chosen(i) || (!choosing && current !== "" && list.row(i)?.id === current)}
        row={row}
        onScrolled={scrolled}
        onWheel={(y) => list.scrollBy(y)}
        onResize={(h) => list.resize(h)}
        onPress={(i, e) => press(app, i, e)}
        onMenu={(i, e, grid) => menu(app, i, e, grid)}
        onDrag={(i, data) => dragRow(app, i, data)}
        onKey={(e) => listKeys(app, e)}
      />
      <Bubble app={app} shown={bubble} />
    </>
  );
}

function NoRows({ app }: { app: App }) {
  const { list } = app;
  if (list.failed.value) {
    return (
      <Empty icon="alert" title={t("list.failed")}>
        <Button label={t("again")} look="outline" onClick={() => void list.refresh()} />
      </Empty>
    );
  }
  const filtered = list.filter.value !== "";
  return (
    <Empty icon={filtered ? "filter" : "inbox"} title={t(filtered ? "list.noneFit" : "list.empty")}>
      {filtered ? <Button label={t("list.showAll")} look="outline" onClick={() => void list.open(list.folder.value, { filter: "" })} /> : <p>{t("list.emptyText")}</p>}
    </Empty>
  );
}

export function ListPane({ app }: { app: App }) {
  const { list } = app;
  const nothing = list.total.value === 0 || (list.failed.value && list.rows.value.size === 0);
  return (
    <section class="list" aria-label={t("list")}>
      {list.selection.count.value > 0 ? <ChoiceBar app={app} /> : <ListBar app={app} />}
      <Filters app={app} />
      {nothing ? <NoRows app={app} /> : <Rows app={app} />}
    </section>
  );
}
