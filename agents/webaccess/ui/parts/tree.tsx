import { useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { Icon } from "./icon";
import { moved } from "./roving";

/** A row of a tree, as it is drawn. */
export interface TreeRow {
  readonly id: string;
  readonly level: number;
  /** null for rows that have nothing below them. */
  readonly open: boolean | null;
  readonly unread: boolean;
  readonly content: ComponentChildren;
}

interface TreeProps {
  label: string;
  rows: readonly TreeRow[];
  selected: string;
  onSelect: (id: string) => void;
  onToggle: (id: string) => void;
  onMenu: (id: string, x: number, y: number, row: HTMLElement) => void;
  /** Something was dropped on a row. */
  onDrop: (id: string, data: DataTransfer) => void;
}

function treeKeys(e: KeyboardEvent, p: TreeProps, box: HTMLElement | null): void {
  const row = document.activeElement;
  if (!(row instanceof HTMLElement) || row.dataset.id === undefined) return;
  const { id } = row.dataset;
  const open = p.rows.find((r) => r.id === id)?.open ?? null;
  const rect = row.getBoundingClientRect();
  if (e.key === "Enter" || e.key === " ") p.onSelect(id);
  else if (e.key === "ArrowRight" && open === false) p.onToggle(id);
  else if (e.key === "ArrowLeft" && open === true) p.onToggle(id);
  else if (e.key === "ContextMenu" || (e.key === "F10" && e.shiftKey)) p.onMenu(id, rect.left + 40, rect.bottom, row);
  else if (!moved(box, "[role=treeitem]", e)) return;
  e.preventDefault();
  e.stopPropagation();
}

function rowEvents(r: TreeRow, p: TreeProps) {
  return {
    onClick: () => p.onSelect(r.id),
    onContextMenu: (e: MouseEvent & { currentTarget: HTMLElement }) => {
      e.preventDefault();
      p.onMenu(r.id, e.clientX, e.clientY, e.currentTarget);
    },
    onDragOver: (e: DragEvent & { currentTarget: HTMLElement }) => {
      e.preventDefault();
      e.currentTarget.dataset.drop = "";
    },
    onDragLeave: (e: DragEvent & { currentTarget: HTMLElement }) => void delete e.currentTarget.dataset.drop,
    onDrop: (e: DragEvent & { currentTarget: HTMLElement }) => {
      e.preventDefault();
      delete e.currentTarget.dataset.drop;
      if (e.dataTransfer) p.onDrop(r.id, e.dataTransfer);
    },
  };
}

/** A tree that the tab key reaches as one; arrows move in it, right and left open and close. */
export function Tree(p: TreeProps) {
  const box = useRef<HTMLDivElement>(null);
  const reachable = p.rows.some((r) => r.id === p.selected) ? p.selected : p.rows[0]?.id;
  const twist = (e: MouseEvent, id: string): void => {
    e.stopPropagation();
    p.onToggle(id);
  };
  return (
    <div class="tree" role="tree" aria-label={p.label} ref={box} onKeyDown={(e) => treeKeys(e, p, box.current)}>
      {p.rows.map((r) => (
        <div
          key={r.id}
          role="treeitem"
          data-id={r.id}
          data-unread={r.unread || undefined}
          aria-level={r.level}
          aria-expanded={r.open ?? undefined}
          aria-selected={r.id === p.selected}
          tabIndex={r.id === reachable ? 0 : -1}
          style={{ paddingInlineStart: `${8 + (r.level - 1) * 16}px` }}
          {...rowEvents(r, p)}
        >
          <span class="twist" onClick={(e) => r.open !== null && twist(e, r.id)}>
            {r.open !== null && <Icon name="chevron" mirror />}
          </span>
          {r.content}
        </div>
      ))}
    </div>
  );
}
