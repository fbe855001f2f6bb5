// Messages that are dragged, within the window.

import type { App } from "../model/app";
import type { Target } from "../model/mail";

const type = "application/x-zarafa-messages";

/** Begins to drag a row, with all that is chosen if it is one of them. */
export function dragRow(app: App, index: number, data: DataTransfer): void {
  const row = app.list.row(index);
  if (!row) return;
  data.setData(type, app.list.chosen(index) ? "chosen" : row.id);
  data.setData("text/plain", row.subject);
  data.effectAllowed = "move";
}

/** What was dragged; null if that is nothing of ours. */
export function draggedIDs(app: App, data: DataTransfer): Target | null {
  const what = data.getData(type);
  if (what === "") return null;
  return what === "chosen" ? app.mail.target() : app.mail.one(what);
}
