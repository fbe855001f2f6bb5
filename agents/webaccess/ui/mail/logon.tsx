import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { n, t } from "../i18n/words";
import type { App } from "../model/app";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";

function reason(e: unknown): string {
  if (!(e instanceof ApiError)) return t("error.failed");
  return e.code === "limited" ? n("logon.limited", Math.max(1, e.retryAfter)) : t(`error.${e.code}`);
}

/** The page for those who have no session. */
export function Logon({ app }: { app: App }) {
  const failed = useSignal("");
  const busy = useSignal(false);
  const shown = useSignal(false);
  const password = useRef<HTMLInputElement>(null);
  const user = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => user.current?.focus(), []);
  const reveal = (): void => {
    shown.value = !shown.value;
    if (password.current) password.current.type = shown.value ? "text" : "password";
  };
  const submit = async (e: SubmitEvent & { currentTarget: HTMLFormElement }): Promise<void> => {
    e.preventDefault();
    const form = e.currentTarget;
    const data = new FormData(form);
    busy.value = true;
    try {
      await app.session.logon(String(data.get("user")), String(data.get("password")));
    } catch (problem) {
      failed.value = reason(problem);
      password.current?.select();
    }
    busy.value = false;
  };
  return (
    <main class="logon">
      <form onSubmit={submit}>
        <h1 class="brand">
          <span class="mark">
            <Icon name="mail" />
          </span>
          {t("product")}
        </h1>
        <div class="field">
          <label for="user">{t("logon.user")}</label>
          <input class="input" id="user" name="user" ref={user} autocomplete="username" autocapitalize="none" spellcheck={false} required />
        </div>
        <div class="field">
          <label for="password">{t("logon.password")}</label>
          <div class="reveal">
            <input class="input" id="password" name="password" type="password" ref={password} autocomplete="current-password" required aria-describedby="failed" />
            <Button label={t(shown.value ? "logon.hide" : "logon.show")} icon={shown.value ? "eye-off" : "eye"} onClick={reveal} />
          </div>
        </div>
        <div id="failed" role="alert">
          {failed.value && (
            <p class="banner" data-tone="red">
              {failed.value}
            </p>
          )}
        </div>
        <Button label={t("logon")} look="primary" submit disabled={busy.value} />
      </form>
    </main>
  );
}
