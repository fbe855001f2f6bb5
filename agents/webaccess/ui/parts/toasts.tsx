import { t } from "../i18n/words";
import type { Toasts } from "../model/toasts";
import { Button } from "./button";

/** Short messages at the lower edge. They are in a live region, so that they are read as well as shown. */
export function ToastLayer({ toasts }: { toasts: Toasts }) {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.list.value.map((toast) => {
        const run = (): void => {
          toasts.close(toast.id);
          toast.action?.run();
        };
        return (
          <div class="toast" key={toast.id}>
            <span>{toast.text}</span>
            {toast.action && <Button label={toast.action.label} look="link" onClick={run} />}
            <Button label={t("close")} icon="close" onClick={() => toasts.close(toast.id)} />
          </div>
        );
      })}
    </div>
  );
}
