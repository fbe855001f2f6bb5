import { actions, type ActionID } from "../actions/table";
import type { Row } from "../api/types.gen";
import { shortDate, t } from "../i18n/words";
import type { App } from "../model/app";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { CategoryChip } from "./categories";

/** Who a row is about: the sender, or in folders of what was written the recipients. */
export function whoOf(row: Row, outgoing: boolean): string {
  const who = outgoing ? row.to : row.from.name || row.from.address;
  return who || (outgoing ? t("noRecipients") : t("noSender"));
}

function Marks({ row }: { row: Row }) {
  return (
    <>
      {row.importance === "high" && <Icon name="high" tone="high" />}
      {row.answered && <Icon name="answered" mirror />}
      {row.forwarded && <Icon name="forwarded" mirror />}
      {row.attachments && <Icon name="clip" />}
      {row.flag === "flagged" && <Icon name="flag" tone="flag" filled />}
      {row.flag === "complete" && <Icon name="done" />}
    </>
  );
}

/** The four things most often done to a row, where the pointer is. Keys do the same. */
function Quick({ app, row }: { app: App; row: Row }) {
  const one = app.mail.one(row.id);
  const button = (id: ActionID, run: () => void) => (
    <Button
      label={t(actions[id].label)}
      icon={actions[id].icon}
      reach={false}
      danger={id === "delete"}
      onClick={(e) => {
        e.stopPropagation();
        run();
      }}
    />
  );
  const move = (): void => {
    app.list.selection.clear();
    app.moving.value = one;
    app.dialog.value = "move";
  };
  return (
    <div class="quick" role="gridcell">
      {button(row.read ? "unread" : "read", () => void app.mail.setRead(one, !row.read))}
      {button("flag", () => void app.mail.setFlag(one, row.flag === "flagged" ? "" : "flagged"))}
      {button("move", move)}
      {button("delete", () => void app.mail.delete(one, false))}
    </div>
  );
}

/** What a row says to readers of screens. */
export function rowLabel(row: Row, who: string, now: Date): string {
  const marks = [row.read ? "" : t("row.unread"), row.flag === "flagged" ? t("row.flagged") : "", row.attachments ? t("row.files") : "", row.importance === "high" ? t("row.high") : ""];
  return [...marks, who, row.subject || t("noSubject"), shortDate(row.date, now), ...row.categories].filter(Boolean).join(", ");
}

export function RowContent({ app, row, who, now }: { app: App; row: Row; who: string; now: Date }) {
  const density = app.session.settings.value.density;
  const subject = row.subject || t("noSubject");
  const when = <span class="when">{shortDate(row.date, now)}</span>;
  const chips = row.categories.slice(0, 2).map((c) => <CategoryChip key={c} app={app} name={c} />);
  return (
    <>
      <div class="mark" role="gridcell">
        <span class="dot" />
        <span class="check" data-check="">
          <Icon name="check" />
        </span>
      </div>
      <div class="text" role="gridcell">
        <div class="line first">
          <span class="who ellipsis">{who}</span>
          {density === "compact" && <span class="subject ellipsis">{subject}</span>}
          {density === "compact" && chips}
          <Marks row={row} />
          {when}
        </div>
        {density !== "compact" && (
          <div class="line">
            <span class="subject ellipsis">{subject}</span>
            {chips}
          </div>
        )}
        {density === "preview" && <div class="preview meta ellipsis">{row.preview || "\u00a0"}</div>}
      </div>
      <Quick app={app} row={row} />
    </>
  );
}

/** A row that is on its way. */
export function RowBones() {
  return (
    <div class="bones" role="gridcell">
      <div class="bone" />
      <div class="bone" />
    </div>
  );
}
