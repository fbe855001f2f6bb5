import type { Signal } from "@preact/signals";

/** The one place from which readers of screens are told of what is only seen. */
export function Announcer({ said }: { said: Signal<string> }) {
  return (
    <div class="unseen" role="log" aria-live="polite">
      {said.value}
    </div>
  );
}
