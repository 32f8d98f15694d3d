/** Words of an answer under at least one flag. */

import type { PlacedFlag } from "../state/flags";
import type { AnswerActions } from "./actions";
import type { Mark } from "./Blocks";
import { useInterface } from "./context";
import { explained } from "./Flags";

interface FlaggedWordsProps {
  readonly text: string;
  readonly flags: readonly PlacedFlag[];
  /** The flags that begin here: their first piece is the one that the keyboard reaches. */
  readonly first: ReadonlySet<Mark>;
  readonly actions: Pick<AnswerActions, "openFlag" | "enterFlag" | "leaveFlag">;
}

export function FlaggedWords({ text, flags, first, actions }: FlaggedWordsProps) {
  const { words } = useInterface();
  const [gravest] = flags;
  // The space between a marker and the next word can be part of a flag, but is nothing to look at.
  if (!gravest || text.trim() === "") return <>{text}</>;
  const withPassage = flags.find((flag) => flag.passage);
  const openFlag = (word: HTMLElement): void => {
    if (withPassage) actions.openFlag(withPassage, word);
  };
  const button = {
    role: "button",
    tabIndex: 0,
    "aria-description": flags.map((flag) => explained(flag, words)).join(" "),
  } as const;
  return (
    <span
      class="flag"
      data-severity={gravest.flag.severity}
      data-reason={gravest.flag.reason}
      {...(first.size ? button : {})}
      onPointerEnter={(event) => actions.enterFlag(event.currentTarget, flags)}
      onPointerLeave={actions.leaveFlag}
      onFocus={(event) => actions.enterFlag(event.currentTarget, flags)}
      onBlur={actions.leaveFlag}
      onClick={(event) => {
        // A finger that taps a flagged word is shown the reason first; the note has a button for the passage.
        const byFinger = event.detail > 0 && window.matchMedia("(hover: none)").matches;
        if (!byFinger) openFlag(event.currentTarget);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        openFlag(event.currentTarget);
      }}
    >
      {text}
    </span>
  );
}
