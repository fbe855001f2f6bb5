import { useEffect, useRef } from "preact/hooks";
import type { Signal } from "@preact/signals";
import { squireFor, type Squire } from "virtual:squire";
import { base } from "../api/client";
import { t } from "../i18n/words";
import { clean, fragment } from "./sanitize";

export type Mark = "B" | "I" | "U" | "S" | "UL" | "OL" | "BLOCKQUOTE" | "A";

export interface EditorProps {
  /** What it begins with. */
  html: string;
  quote: string;
  /** The editor, once it is there. */
  editor: Signal<Squire | null>;
  /** The marks at the cursor. */
  marks: Signal<ReadonlySet<Mark>>;
  focus: boolean;
  onChange: () => void;
  onFiles: (files: FileList) => void;
}

type FrameWindow = Window & typeof globalThis;

/** The window of a frame, which has all globals that the page's has. */
function windowOf(frame: HTMLIFrameElement): FrameWindow | null {
  const window = frame.contentDocument?.defaultView;
  return window ?? null;
}

const known: readonly Mark[] = ["B", "I", "U", "S", "UL", "OL", "BLOCKQUOTE", "A"];

/** Shows the quoted mail below the text, where nothing can be written. */
function showQuote(window: FrameWindow, quote: string): void {
  window.document.getElementById("quote")?.replaceChildren(fragment(quote, window));
}

/** Sends keys with Ctrl on to the page; all others belong to the text. */
function forward(frame: HTMLIFrameElement, e: KeyboardEvent): void {
  if (e.defaultPrevented || !(e.ctrlKey || e.metaKey)) return;
  const { key, ctrlKey, metaKey, altKey, shiftKey } = e;
  const copy = new KeyboardEvent("keydown", { key, ctrlKey, metaKey, altKey, shiftKey, bubbles: true, cancelable: true });
  if (!frame.dispatchEvent(copy)) e.preventDefault();
}

function make(frame: HTMLIFrameElement, p: EditorProps): Squire | null {
  const window = windowOf(frame);
  const root = window?.document.getElementById("text");
  if (!window || !root) return null;
  const doc = window.document;
  root.setAttribute("aria-label", t("compose.text"));
  const editor = new (squireFor(window))(root, { sanitizeToDOMFragment: (html: string) => fragment(html, window) });
  editor.setHTML(clean(p.html, window));
  showQuote(window, p.quote);
  editor.addEventListener("input", p.onChange);
  editor.addEventListener("pathChange", () => (p.marks.value = new Set(known.filter((m) => editor.hasFormat(m)))));
  doc.addEventListener("keydown", (e) => forward(frame, e));
  doc.addEventListener("drop", (e) => dropped(e, p));
  root.addEventListener("paste", (e) => pasted(e, p), true);
  if (p.focus) editor.moveCursorToStart().focus();
  return editor;
}

function dropped(e: DragEvent, p: EditorProps): void {
  if (!e.dataTransfer || e.dataTransfer.files.length === 0) return;
  e.preventDefault();
  p.onFiles(e.dataTransfer.files);
}

/** Files that are pasted become attachments. */
function pasted(e: ClipboardEvent, p: EditorProps): void {
  const files = e.clipboardData?.files;
  if (!files || files.length === 0 || e.clipboardData?.types.includes("text/html")) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  p.onFiles(files);
}

/** The text of a mail, in a frame of its own: its policy runs no script and lets styles be, which the page's would drop. */
export function Editor(p: EditorProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => () => p.editor.value?.destroy(), []);
  useEffect(() => {
    const window = frame.current ? windowOf(frame.current) : null;
    if (window) showQuote(window, p.quote);
  }, [p.quote]);
  const loaded = (): void => {
    if (frame.current) p.editor.value = make(frame.current, p);
  };
  return <iframe ref={frame} class="frame editor" title={t("compose.text")} src={`${base}editor`} onLoad={loaded} />;
}
