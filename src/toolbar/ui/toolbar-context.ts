import { createContext } from "preact";
import type { EditorLinks } from "../exchange-page.ts";
import type { Parameters } from "./client.ts";

/** What blocks need to make links and to ask the server. */
export interface ToolbarContextValue {
  readonly parameters: Parameters;
  readonly editor: EditorLinks | undefined;
  /** Opens a panel of the request that is shown. */
  readonly openPanel: (id: string) => void;
}

/** Given by the app to all that it draws. */
export const ToolbarContext = createContext<ToolbarContextValue>({
  parameters: { base: "", token: "", exchange: undefined, live: false, page: false, shortcut: "" },
  editor: undefined,
  openPanel: () => {},
});
