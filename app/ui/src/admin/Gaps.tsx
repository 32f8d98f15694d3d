/** What to write next: the questions that were not answered well, in groups. */

import { useCallback, useState } from "preact/hooks";

import { useInterface } from "../view/context";
import { useFetched } from "../view/fetched";
import { useAdmin } from "./context";
import { date } from "./figures";
import { documentAddress, Empty, Loaded, Period } from "./parts";
import type { GapGroup } from "./types";

/** Questions of a group that are shown at once. */
const QUESTIONS = 4;

export function Gaps() {
  const { client, text } = useAdmin();
  const [days, setDays] = useState(30);
  const fetched = useFetched(useCallback((signal: AbortSignal) => client.gaps(days, signal), [client, days]));
  return (
    <>
      <p class="intro">{text.gapsIntro}</p>
      <Period days={days} choose={setDays} />
      <Loaded fetched={fetched}>
        {({ groups, left_out }) => (
          <>
            {!groups.length && (
              <Empty>
                <p>{text.noGaps}</p>
              </Empty>
            )}
            <ol class="cards">
              {groups.map((group) => (
                <Group key={group.questions[0]?.text ?? ""} group={group} />
              ))}
            </ol>
            {left_out > 0 && <p class="hint">{text.leftOut(left_out)}</p>}
          </>
        )}
      </Loaded>
    </>
  );
}

function Group({ group }: { group: GapGroup }) {
  const { words, client, language } = useInterface();
  const { text } = useAdmin();
  const { terms, asked, refused, flagged, thumbs_down, last_asked, questions, nearest } = group;
  const kinds: readonly (readonly [number, string])[] = [
    [refused, text.refusedCount(refused)],
    [flagged, text.flaggedCount(flagged)],
    [thumbs_down, text.downCount(thumbs_down)],
  ];
  const facts = [
    text.asked(asked),
    ...kinds.filter(([answers]) => answers > 0).map(([, said]) => said),
    text.lastAsked(date(last_asked, words.code)),
  ];
  const line = (question: GapGroup["questions"][number]) => (
    <li key={question.text} dir="auto">
      <q>{question.text}</q> {question.asked > 1 && <span class="times">× {question.asked.toLocaleString(words.code)}</span>}
    </li>
  );
  const more = questions.slice(QUESTIONS);
  return (
    <li class="card">
      <h2 lang={language} dir="auto">
        {terms.length ? terms.join(", ") : text.unnamed}
      </h2>
      <p class="facts-line">{facts.join(" · ")}</p>
      <ul class="questions" lang={language} aria-label={text.questions}>
        {questions.slice(0, QUESTIONS).map(line)}
      </ul>
      {more.length > 0 && (
        <details>
          <summary>{text.moreQuestions(more.length)}</summary>
          <ul class="questions" lang={language}>
            {more.map(line)}
          </ul>
        </details>
      )}
      <h3>{nearest.length ? text.nearest : text.noNearest}</h3>
      <ul class="nearest">
        {nearest.map(({ document_id, document_name, section, score }) => (
          <li key={document_id}>
            <a href={documentAddress(client.service, document_id)} lang={language} dir="auto">
              {document_name || document_id}
            </a>
            {section && <span class="place">{section}</span>}
            <span class="times">{words.match(Math.round(score * 100))}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}

