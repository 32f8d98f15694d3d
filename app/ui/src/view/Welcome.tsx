/** What a person sees before the first question. */

import { Fragment } from "preact";

import type { Words } from "../words";
import { useInterface } from "./context";

interface WelcomeProps {
  readonly ask: (question: string) => void;
}

export function Suggestions({ ask }: WelcomeProps) {
  const { words, configuration, language } = useInterface();
  const questions = configuration?.domain.suggestions ?? [];
  if (!questions.length) return null;
  return (
    <ul class="suggestions" aria-label={words.suggestions} lang={language}>
      {questions.map((question) => (
        <li key={question}>
          <button type="button" onClick={() => ask(question)}>
            {question}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Legend() {
  const { words } = useInterface();
  return (
    <dl class="legend" aria-label={words.legend}>
      {legendRows(words).map(([sample, kind, text]) => (
        <Fragment key={kind}>
          <dt>
            <span class={kind === "marker" ? "marker" : "flag"} data-severity={kind}>
              {sample}
            </span>
          </dt>
          <dd>{text}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

function legendRows(words: Words): [string, "marker" | "hard" | "soft", string][] {
  return [
    ["1", "marker", words.legendMarker],
    [words.legendSample, "hard", words.legendHard],
    [words.legendSample, "soft", words.legendSoft],
  ];
}
