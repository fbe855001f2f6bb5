import { base } from "../api/client";
import type { Attachment } from "../api/types.gen";
import { bytes, t } from "../i18n/words";
import type { App } from "../model/app";
import { Button } from "../parts/button";
import { Icon, type IconName } from "../parts/icon";

export function fileIcon(type: string): IconName {
  if (type.startsWith("image/")) return "image";
  return type === "message/rfc822" ? "mail" : "file";
}

/** Where a click on a file leads: to the message that it is, to its picture or text, or to the disk. */
function FileLink({ app, id, file }: { app: App; id: string; file: Attachment }) {
  const name = (
    <bdi class="ellipsis" style={{ display: "block" }}>
      {file.name || t("file.unnamed")}
    </bdi>
  );
  if (file.message) return <a href="#" role="button" onClick={(e) => (e.preventDefault(), void app.read(id, file.path))}>{name}</a>;
  if (file.show) return <a href={base + file.show} target="_blank" rel="noopener noreferrer">{name}</a>;
  return <a href={base + file.address} download={file.name}>{name}</a>;
}

export function Files({ app, id, files }: { app: App; id: string; files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul class="files" aria-label={t("files")}>
      {files.map((file) => (
        <li class="file" key={file.path} data-deceptive={file.deceptive || undefined}>
          <Icon name={file.deceptive ? "alert" : fileIcon(file.type)} />
          <div class="what">
            <FileLink app={app} id={id} file={file} />
            <div class="meta quiet">{file.deceptive ? t("file.deceptive") : bytes(file.size)}</div>
          </div>
          <Button label={t("file.save", { name: file.name })} icon="download" onClick={() => void save(file)} />
        </li>
      ))}
    </ul>
  );
}

function save(file: Attachment): void {
  const link = document.createElement("a");
  link.href = base + file.address;
  link.download = file.name;
  link.click();
}
