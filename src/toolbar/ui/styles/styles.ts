import { BASE } from "./base.ts";
import { CHARTS } from "./charts.ts";
import { DRAWER } from "./drawer.ts";
import { HANDLE } from "./handle.ts";
import { LIST } from "./list.ts";
import { MEDIA } from "./media.ts";
import { PANEL } from "./panel.ts";

/** The style sheet of the toolbar. It applies only inside of the toolbar's shadow root. */
export const STYLES = [BASE, HANDLE, DRAWER, LIST, PANEL, CHARTS, MEDIA].join("");
