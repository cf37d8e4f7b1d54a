import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Parameters } from "./client.ts";
import { isHidden, setHidden, type Preferences } from "./preferences.ts";
import { isShortcut, typesText } from "./shortcut.ts";

/** What is visible: nothing, the button or the drawer. */
export interface Visibility {
  readonly isHidden: boolean;
  readonly isOpen: boolean;
  /** Opens or closes, and moves the focus. */
  readonly toggle: (isOpen: boolean) => void;
  /** Shows nothing in this tab, until the shortcut is pressed or the tab is closed. */
  readonly hide: () => void;
  /** Moves the focus to the selected tab, once it is drawn. */
  readonly focusTab: () => void;
}

/** Opens and closes the toolbar, by the shortcut too, and moves the focus along. */
export function useVisibility(given: {
  readonly parameters: Parameters;
  readonly preferences: Preferences;
  readonly change: (changes: Partial<Preferences>) => void;
  /** What contains the tabs. */
  readonly root: RefObject<HTMLElement | null>;
  readonly handle: RefObject<HTMLElement | null>;
}): Visibility {
  const { parameters, preferences, change, root, handle } = given;
  const [hidden, setHiddenNow] = useState(() => !parameters.page && isHidden());
  const isOpen = (parameters.page || preferences.open) && !hidden;
  /** As it was drawn last. A key may be pressed before the effects of that drawing have run. */
  const wasOpen = useRef(isOpen);
  wasOpen.current = isOpen;
  const isFocusMoving = useRef(false);
  /** What has the focus until there is a tab. */
  const stopgap = useRef<HTMLElement | undefined>(undefined);
  // After each drawing: the tabs may come later than the drawer.
  useLayoutEffect(() => {
    if (!isFocusMoving.current) return;
    if (!isOpen) {
      isFocusMoving.current = false;
      handle.current?.focus();
      return;
    }
    const { tab, button } = stopsOf(root.current);
    const focus = root.current?.getRootNode();
    const active = focus instanceof ShadowRoot ? focus.activeElement : null;
    const hasMoved = active !== null && active !== stopgap.current;
    if (tab !== undefined || hasMoved) isFocusMoving.current = false;
    if (!hasMoved) {
      stopgap.current = tab ?? button;
      stopgap.current?.focus();
    }
  });

  const toggle = useCallback(
    (next: boolean) => {
      isFocusMoving.current = true;
      if (next) {
        setHidden(false);
        setHiddenNow(false);
      }
      change({ open: next });
    },
    [change],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (parameters.page || !isShortcut(event, parameters.shortcut) || typesText(event)) return;
      event.preventDefault();
      toggle(!wasOpen.current);
    };
    // In the first phase, because the drawer keeps its keys from the page.
    addEventListener("keydown", onKey, true);
    return () => removeEventListener("keydown", onKey, true);
  }, [parameters, toggle]);

  return {
    isHidden: hidden,
    isOpen,
    toggle,
    focusTab: () => {
      isFocusMoving.current = true;
    },
    hide: () => {
      setHidden(true);
      setHiddenNow(true);
    },
  };
}

/** The selected tab, and the first button of the head that can be seen. */
function stopsOf(root: HTMLElement | null): {
  readonly tab: HTMLElement | undefined;
  readonly button: HTMLElement | undefined;
} {
  const visible = (selector: string): HTMLElement | undefined =>
    [...(root?.querySelectorAll<HTMLElement>(selector) ?? [])].find((stop) => stop.getClientRects().length > 0);
  return { tab: visible('[role="tab"][aria-selected="true"]'), button: visible("header button") };
}
