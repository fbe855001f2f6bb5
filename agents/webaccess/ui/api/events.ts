// The server's events. One window of a browser holds the stream, since HTTP/1.1 has six connections for all of them; the others hear from it by a
// BroadcastChannel. Whichever window gets the lock is the one; when it closes, the next gets it.

import { base } from "./client";
import type { EventKinds } from "./types.gen";

export type EventName = keyof EventKinds;
export type Listener = <K extends EventName>(name: K, data: EventKinds[K]) => void;

const names: readonly EventName[] = ["hello", "reset", "stale", "counts", "folders", "mail", "settings", "end"];

interface Heard {
  readonly name: EventName;
  readonly data: EventKinds[EventName];
}

/** Listens until the returned function is called. online is told whether the stream is up, in the window that holds it. */
export function listen(user: string, listener: Listener, online: (up: boolean) => void): () => void {
  const stop = new AbortController();
  const channel = new BroadcastChannel(`events ${base} ${user}`);
  const tell = (heard: Heard): void => listener(heard.name, heard.data);
  channel.onmessage = (e: MessageEvent<Heard>) => tell(e.data);
  const lead = (): Promise<void> =>
    new Promise((done) => {
      const close = stream((heard) => {
        tell(heard);
        channel.postMessage(heard);
      }, online);
      stop.signal.addEventListener("abort", () => {
        close();
        done();
      });
    });
  navigator.locks.request(`events ${base} ${user}`, { signal: stop.signal }, lead).catch(() => {});
  return () => {
    stop.abort();
    channel.close();
  };
}

/** Opens the stream; the browser opens it again by itself when it breaks, and sends the last id. */
function stream(tell: (heard: Heard) => void, online: (up: boolean) => void): () => void {
  const source = new EventSource(`${base}api/events`);
  source.onopen = () => online(true);
  source.onerror = () => online(false);
  for (const name of names) {
    source.addEventListener(name, (e: MessageEvent<string>) => {
      if (name === "end") source.close();
      tell({ name, data: JSON.parse(e.data) as EventKinds[EventName] });
    });
  }
  return () => source.close();
}
