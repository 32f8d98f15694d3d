import type { Citation } from "../api/types";
import type { Exchange, Feedback } from "../state/exchange";
import type { PlacedFlag } from "../state/flags";
import type { OpenFlag } from "./Flags";

/** What can be done with an answer. */
export interface AnswerActions {
  readonly ask: (question: string) => void;
  readonly retry: (id: string) => void;
  readonly rate: (id: string, feedback: Feedback | null) => Promise<void>;
  /** @param marker the offset of the marker that was pressed, in UTF-16 units; without one, all that the passage supports */
  readonly openPassage: (exchange: Exchange, passage: Citation, opener: HTMLElement, marker?: number) => void;
  readonly openFlag: OpenFlag;
  readonly enterFlag: (word: HTMLElement, flags: readonly PlacedFlag[]) => void;
  readonly leaveFlag: (event: PointerEvent | FocusEvent) => void;
  /** Null where nobody is there to hand over to. */
  readonly handover: (() => void) | null;
}
