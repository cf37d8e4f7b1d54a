import type { ExchangeSummary } from "../exchange-page.ts";
import { addressOf, type Parameters } from "./client.ts";
import type { MenuItem } from "./menu.tsx";
import { CORNERS, type Preferences } from "./preferences.ts";
import type { Copying } from "./use-copying.ts";

/** The forms that a request can be copied in. */
export function copyItems(id: string, copying: Copying, isForNarrow = false): readonly MenuItem[] {
  return [
    { label: "Copy as cURL", keys: "y", isForNarrow, onChoose: () => void copying.copy("curl", id) },
    { label: "Copy as fetch", isForNarrow, onChoose: () => void copying.copy("fetch", id) },
    { label: "Copy as a test (vitest)", isForNarrow, onChoose: () => void copying.copy("test", id) },
  ];
}

/** What the menu "More" offers. */
export function moreItems(given: {
  readonly parameters: Parameters;
  readonly summary: ExchangeSummary | undefined;
  readonly preferences: Preferences;
  readonly copying: Copying;
  readonly compare: () => void;
  readonly pin: () => void;
  readonly change: (changes: Partial<Preferences>) => void;
  readonly showKeys: () => void;
  readonly hide: () => void;
}): readonly MenuItem[] {
  const { parameters, summary, preferences, copying, compare, pin, change, showKeys, hide } = given;
  const ofRequest: readonly MenuItem[] =
    summary === undefined
      ? []
      : [
          ...copyItems(summary.id, copying, true),
          { label: "Compare", keys: "c", isForNarrow: true, onChoose: compare },
          {
            label: "Pin",
            keys: "p",
            isForNarrow: true,
            isChecked: preferences.pins.includes(summary.id),
            onChoose: pin,
          },
          {
            label: "Export as JSON",
            href: addressOf(parameters, `/exchanges/${summary.id}`, { format: "record", save: "1" }),
            download: `request-${summary.id.slice(0, 8)}.json`,
          },
        ];
  const ofPage: readonly MenuItem[] = parameters.page
    ? []
    : [
        {
          label: "All requests, in a tab",
          href: `${parameters.base}/${summary === undefined ? "" : `#${summary.id}`}`,
          opensTab: true,
        },
        { title: "Where the button is" },
        ...CORNERS.map((corner): MenuItem => ({
          label: corner.replace("-", " "),
          isChecked: preferences.corner === corner,
          isRadio: true,
          onChoose: () => change({ corner }),
        })),
        { title: "This tab" },
        { label: "Hide the toolbar", onChoose: hide },
      ];
  return [
    ...ofRequest,
    {
      label: "Follow the newest request",
      isChecked: preferences.follow,
      onChoose: () => change({ follow: !preferences.follow }),
    },
    { label: "Keys", keys: "?", onChoose: showKeys },
    ...ofPage,
  ];
}
