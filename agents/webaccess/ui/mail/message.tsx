import { useSignal } from "@preact/signals";
import { perform } from "../actions/table";
import type { Message as ServerMessage, Who } from "../api/types.gen";
import { fullDate, n, t } from "../i18n/words";
import type { App } from "../model/app";
import { Avatar } from "../parts/avatar";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { CategoryChip } from "./categories";
import { Files } from "./files";
import { MailFrame } from "./mailframe";

function nameOf(w: Who): string {
  return w.name || w.address;
}

/** Who has sent it: with the address always beside the name, since anyone can choose a name. */
function From({ m }: { m: ServerMessage }) {
  return (
    <div class="from">
      <bdi>{nameOf(m.from) || t("noSender")}</bdi>
      {m.from.name !== "" && m.from.name !== m.from.address && <span class="meta quiet">{m.from.address}</span>}
      {m.external && (
        <span class="chip" data-small data-tone="amber">
          {t("external")}
        </span>
      )}
      {m.sender && <span class="meta quiet">{t("sentBy", { who: nameOf(m.sender) })}</span>}
    </div>
  );
}

/** The recipients: a few names, or all with addresses. */
function Recipients({ m }: { m: ServerMessage }) {
  const all = useSignal(false);
  const kinds = (["to", "cc", "bcc"] as const).map((kind) => ({ kind, list: m.recipients.filter((r) => r.kind === kind) })).filter((k) => k.list.length > 0);
  const names = m.recipients.map(nameOf);
  if (names.length === 0) return null;
  if (!all.value) {
    return (
      <div class="to">
        {t("toWhom", { names: names.slice(0, 3).join(", ") })} {names.length > 3 && n("andMore", names.length - 3)}{" "}
        <button type="button" aria-expanded={false} onClick={() => (all.value = true)}>
          {t("details")}
        </button>
      </div>
    );
  }
  return (
    <div class="to">
      {kinds.map(({ kind, list }) => (
        <div key={kind}>
          {t(`compose.${kind}`)}: {list.map((r) => (r.name && r.name !== r.address ? `${r.name} <${r.address}>` : r.address)).join(", ")}
        </div>
      ))}
      <button type="button" aria-expanded onClick={() => (all.value = false)}>
        {t("lessDetails")}
      </button>
    </div>
  );
}

/** Remote pictures tell the sender that and where a mail is read, so they are asked for. */
function Blocked({ app, m }: { app: App; m: ServerMessage }) {
  if (m.body.blocked === 0 || app.reader.images.value) return null;
  const trust = (): void => {
    const images = [...app.session.settings.value.images, m.from.address.toLowerCase()];
    app.reader.images.value = true;
    void app.session.change({ images }).catch((e: unknown) => app.report(e));
  };
  return (
    <div class="banner" role="group" aria-label={t("images")}>
      <Icon name="image" />
      <p>{n("images.blocked", m.body.blocked)}</p>
      <Button label={t("images.show")} look="link" onClick={() => (app.reader.images.value = true)} />
      {m.from.address !== "" && <Button label={t("images.always")} look="link" onClick={trust} />}
    </div>
  );
}

function Body({ app, m }: { app: App; m: ServerMessage }) {
  const { body } = m;
  return (
    <>
      {(body.plain || body.cut) && (
        <div class="banner">
          <Icon name="alert" />
          <p>{t(body.plain ? "body.plain" : "body.cut")}</p>
        </div>
      )}
      {body.format === "html" && body.frame ? (
        <MailFrame address={body.frame} images={app.reader.images.value} title={m.subject || t("noSubject")} />
      ) : (
        <div class="plain">{body.text || <span class="quiet">{t("body.empty")}</span>}</div>
      )}
    </>
  );
}

function Title({ app, m }: { app: App; m: ServerMessage }) {
  return (
    <div class="title">
      <h1>
        <bdi>{m.subject || t("noSubject")}</bdi>
      </h1>
      <div class="chips">
        {m.importance === "high" && (
          <span class="chip" data-small data-tone="red">
            {t("row.high")}
          </span>
        )}
        {m.categories.map((c) => (
          <CategoryChip key={c} app={app} name={c} />
        ))}
      </div>
    </div>
  );
}

/** A message, from its subject to the answers that it may get. */
export function Message({ app, m }: { app: App; m: ServerMessage }) {
  return (
    <article aria-label={m.subject || t("noSubject")}>
      <Title app={app} m={m} />
      <div class="people">
        <Avatar name={m.from.name} address={m.from.address} />
        <div>
          <From m={m} />
          <Recipients m={m} />
        </div>
        <time dateTime={m.received || m.sent}>{fullDate(m.received || m.sent)}</time>
      </div>
      <Files app={app} id={m.id} files={m.files} />
      <Blocked app={app} m={m} />
      <Body app={app} m={m} />
      <div class="answers">
        <Button label={t("reply")} icon="reply" mirror look="outline" onClick={() => perform(app, "reply")} />
        {m.recipients.length > 1 && <Button label={t("replyAll")} icon="reply-all" mirror look="outline" onClick={() => perform(app, "replyAll")} />}
        <Button label={t("forward")} icon="forward" mirror look="outline" onClick={() => perform(app, "forward")} />
      </div>
    </article>
  );
}
