import DefaultTheme from "vitepress/theme";
import { rememberPackageManager } from "./package-manager.ts";
import "./style.css";

export default {
  extends: DefaultTheme,
  setup: rememberPackageManager,
};
