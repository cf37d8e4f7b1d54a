import type { JSX } from "preact";
import { Icon } from "./icon.tsx";
import type { Requests } from "./use-requests.ts";

/** Follow, pause and clear. They change this page only; the server goes on. */
export function ListTools({
  requests,
  isFollowing,
  onFollow,
}: {
  readonly requests: Requests;
  readonly isFollowing: boolean;
  readonly onFollow: () => void;
}): JSX.Element {
  const { isPaused, waiting } = requests;
  return (
    <>
      {isPaused ? <span class="count waiting">{waiting === 0 ? "paused" : `${waiting} new`}</span> : null}
      <button
        type="button"
        class="tool"
        aria-pressed={isFollowing}
        aria-label="Follow the newest request"
        title="Follow the newest request"
        onClick={onFollow}
      >
        <Icon name="follow" />
      </button>
      <button
        type="button"
        class="tool"
        aria-pressed={isPaused}
        aria-label="Pause the list"
        title={isPaused ? "Go on" : "Pause the list"}
        onClick={() => requests.pause(!isPaused)}
      >
        <Icon name={isPaused ? "play" : "pause"} />
      </button>
      <button
        type="button"
        class="tool"
        aria-label="Clear the list"
        title="Clear the list of this tab"
        onClick={() => requests.clear()}
      >
        <Icon name="clear" />
      </button>
    </>
  );
}
