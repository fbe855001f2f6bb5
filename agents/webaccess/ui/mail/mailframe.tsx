import { useRef } from "preact/hooks";
import { base } from "../api/client";

/** What a mail may do in its frame. Scripts are not among it: with allow-same-origin they would be free. */
const sandbox = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/** A mail with colours of its own stays on light paper, where its author saw it; the page says so itself. */
function dress(frame: HTMLIFrameElement, doc: Document): void {
  const paper = doc.querySelector<HTMLMetaElement>("meta[name=color-scheme]")?.content === "light";
  frame.toggleAttribute("data-paper", paper);
  doc.documentElement.style.overflow = "auto hidden";
}

/** Sends keys on to the page, which has the table of actions. */
function forward(frame: HTMLIFrameElement, e: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = e;
  const copy = new KeyboardEvent("keydown", { key, ctrlKey, metaKey, altKey, shiftKey, bubbles: true, cancelable: true });
  if (!frame.dispatchEvent(copy)) e.preventDefault();
}

function fitHeight(frame: HTMLIFrameElement, doc: Document): void {
  const root = doc.documentElement;
  const bar = root.scrollWidth > root.clientWidth ? 16 : 0;
  frame.style.blockSize = `${Math.ceil(root.offsetHeight + bar)}px`;
}

/** The frame that shows a mail. Its page comes from an address of its own, whose headers keep it harmless; no script runs in it. */
export function MailFrame({ address, images, title }: { address: string; images: boolean; title: string }) {
  const sizes = useRef<ResizeObserver | null>(null);
  const loaded = (frame: HTMLIFrameElement): void => {
    const doc = frame.contentDocument;
    if (!doc?.body) return;
    dress(frame, doc);
    doc.addEventListener("keydown", (e) => forward(frame, e));
    fitHeight(frame, doc);
    sizes.current?.disconnect();
    sizes.current = new ResizeObserver(() => fitHeight(frame, doc));
    sizes.current.observe(doc.documentElement);
    sizes.current.observe(frame);
  };
  const url = new URL(base + address, location.origin);
  if (images) url.searchParams.set("images", "1");
  return <iframe key={url.href} class="frame" title={title} sandbox={sandbox} src={url.href} onLoad={(e) => loaded(e.currentTarget)} />;
}
