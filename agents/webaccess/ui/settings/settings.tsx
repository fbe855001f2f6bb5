import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { OpenSession, Settings as Values, Signature } from "../api/types.gen";
import { fullDate, t, type Key } from "../i18n/words";
import type { App } from "../model/app";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";

interface ChoiceProps<K extends keyof Values> {
  app: App;
  setting: K;
  label: Key;
  values: readonly { readonly value: Values[K]; readonly label: Key }[];
}

/** A setting of which one of a few values is chosen. */
function Segmented<K extends keyof Values>({ app, setting, label, values }: ChoiceProps<K>) {
  const current = app.session.settings.value[setting];
  const choose = (value: Values[K]): void => void app.session.change({ [setting]: value }).catch((e: unknown) => app.report(e));
  return (
    <div class="row">
      <span class="label">{t(label)}</span>
      <div class="segmented" role="group" aria-label={t(label)}>
        {values.map((v) => (
          <Button key={String(v.value)} label={t(v.label)} text pressed={v.value === current} onClick={() => choose(v.value)} />
        ))}
      </div>
    </div>
  );
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A signature of lines of text. */
function signatureOf(text: string, old: Signature | undefined): Signature {
  const html = text.split("\n").map((line) => `<div>${escaped(line) || "<br>"}</div>`).join("");
  return { id: old?.id || "main", name: old?.name || t("settings.signature"), text, html };
}

function SignatureRow({ app }: { app: App }) {
  const { signatures, newSignature } = app.session.settings.value;
  const old = signatures.find((s) => s.id === newSignature) ?? signatures[0];
  const save = (text: string): void => {
    if (text === (old?.text ?? "")) return;
    const next = signatureOf(text, old);
    const set = text.trim() === "" ? { newSignature: "", replySignature: "" } : { signatures: [next, ...signatures.filter((s) => s.id !== next.id)], newSignature: next.id, replySignature: next.id };
    app.session.change(set).catch((e: unknown) => app.report(e));
  };
  return (
    <div class="row">
      <label class="label field-top" for="signature">
        {t("settings.signature")}
      </label>
      <textarea class="input" id="signature" value={newSignature === "" ? "" : (old?.text ?? "")} onBlur={(e) => save(e.currentTarget.value)} />
    </div>
  );
}

function Trusted({ app }: { app: App }) {
  const { images } = app.session.settings.value;
  const remove = (address: string): void => void app.session.change({ images: images.filter((a) => a !== address) }).catch((e: unknown) => app.report(e));
  if (images.length === 0) return null;
  return (
    <div class="row">
      <span class="label field-top">{t("settings.images")}</span>
      <ul>
        {images.map((a) => (
          <li key={a} class="bar">
            <span class="grow ellipsis">{a}</span>
            <Button label={t("compose.remove", { name: a })} icon="close" onClick={() => remove(a)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Where else the user is logged on. */
function Sessions({ app }: { app: App }) {
  const list = useSignal<readonly OpenSession[]>([]);
  const load = (): void => void app.client.call("session/list", {}).then((s) => (list.value = s.list), (e: unknown) => app.report(e));
  useEffect(load, []);
  const end = (id: string): void => void app.client.call("session/revoke", { ids: [id] }).then(load, (e: unknown) => app.report(e));
  return (
    <div class="row">
      <span class="label field-top">{t("settings.sessions")}</span>
      <ul>
        {list.value.map((s) => (
          <li key={s.id} class="bar">
            <span class="grow meta ellipsis" title={s.browser}>
              {s.current ? t("settings.thisSession") : s.address} · <span class="quiet">{fullDate(s.used)}</span>
            </span>
            {!s.current && <Button label={t("settings.endSession")} look="outline" onClick={() => end(s.id)} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Settings({ app, onClose }: { app: App; onClose: () => void }) {
  const seconds = (values: readonly number[]) => values.map((value) => ({ value, label: `settings.seconds.${value}` as Key }));
  return (
    <Dialog title={t("settings")} size="wide" class="settings" onClose={onClose}>
      <div class="body">
        <Segmented app={app} setting="theme" label="settings.theme" values={[{ value: "automatic", label: "theme.automatic" }, { value: "light", label: "theme.light" }, { value: "dark", label: "theme.dark" }]} />
        <Segmented app={app} setting="density" label="settings.density" values={[{ value: "compact", label: "density.compact" }, { value: "comfortable", label: "density.comfortable" }, { value: "preview", label: "density.preview" }]} />
        <Segmented app={app} setting="keys" label="keys" values={[{ value: "outlook", label: "keys.outlook" }, { value: "gmail", label: "keys.gmail" }]} />
        <Segmented app={app} setting="format" label="settings.format" values={[{ value: "html", label: "format.html" }, { value: "text", label: "format.text" }]} />
        <Segmented app={app} setting="hold" label="settings.hold" values={seconds([0, 5, 10, 20])} />
        <Segmented app={app} setting="markRead" label="settings.markRead" values={[{ value: 0, label: "settings.atOnce" }, { value: 3, label: "settings.seconds.3" }, { value: -1, label: "settings.never" }]} />
        <SignatureRow app={app} />
        <Trusted app={app} />
        <Sessions app={app} />
      </div>
    </Dialog>
  );
}
