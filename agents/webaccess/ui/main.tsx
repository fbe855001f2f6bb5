// The client's beginning: makes the models, shows them, and begins when somebody is logged on.

import { effect } from "@preact/signals";
import { render } from "preact";
import { keyboard } from "./actions/keys";
import { Shell } from "./mail/shell";
import { App } from "./model/app";
import "./theme/tokens.css";
import "./theme/parts.css";
import "./theme/shell.css";
import "./theme/list.css";
import "./theme/reader.css";
import "./theme/compose.css";

const app = new App();
const place = document.getElementById("app");
if (place) render(<Shell app={app} />, place);
addEventListener("keydown", keyboard(app));
effect(() => {
  if (app.session.phase.value === "ready") queueMicrotask(() => void app.start());
});
void app.session.start();
