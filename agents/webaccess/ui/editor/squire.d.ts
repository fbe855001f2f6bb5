// Squire as the bundler gives it: made for a window, whose globals it uses, so that it works on the document of a frame.
declare module "virtual:squire" {
  import type Squire from "squire-rte";
  export type { Squire };
  export function squireFor(window: Window): typeof Squire;
}
