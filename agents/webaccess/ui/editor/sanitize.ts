// The only place where text becomes elements.

import DOMPurify from "dompurify";

/** Makes HTML harmless, in a window whose policy lets styles be. */
export function clean(html: string, window: Window & typeof globalThis): string {
  return DOMPurify(window).sanitize(html);
}

/** Harmless HTML as nodes of a window's document. It is made in a template, where nothing is loaded or run. */
export function fragment(html: string, window: Window & typeof globalThis): DocumentFragment {
  const template = window.document.createElement("template");
  template.innerHTML = clean(html, window);
  return window.document.importNode(template.content, true);
}

/** The text of HTML, with lines where blocks end. */
export function plainText(html: string, window: Window & typeof globalThis): string {
  const part = fragment(html.replace(/<(br|\/p|\/div|\/li|\/blockquote|\/h[1-6]|\/tr)\b[^>]*>/gi, "\n$&"), window);
  return (part.textContent ?? "").replace(/\n{3,}/g, "\n\n").trim();
}
