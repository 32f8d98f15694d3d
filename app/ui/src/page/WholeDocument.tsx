/** A whole document, page by page where it has pages. A long one is shown from what is marked outwards, step by step. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { DocumentText } from "../api/types";
import { type Span, utf16Offsets } from "../text/offsets";
import { useInterface, type WholeDocumentProps } from "../view/context";
import { highlighted } from "../view/Passage";
import { type Mark, Prose } from "../view/Prose";
import { usePageWords } from "./words";

/** What is shown first on either side of the mark, and what each step adds there, in UTF-16 units. */
const FIRST = 6000;
const STEP = 8000;
const PAUSE_MILLISECONDS = 20;

interface Section extends Span {
  readonly page: number | null;
}

export function WholeDocument({ document, marks, firstHeadingLevel }: WholeDocumentProps) {
  const { language } = useInterface();
  const box = useRef<HTMLDivElement>(null);
  const sections = useMemo(() => sectionsOf(document), [document]);
  const shown = useGrowing(document.text.length, marks[0]);
  const target = marks.find((mark) => mark.kind === "pointed") ?? marks[0];

  const isScrolled = useRef(!target);
  const scrollToTarget = (): void => {
    const element = box.current?.querySelector("mark.pointed") ?? box.current?.querySelector("mark");
    const frame = box.current?.closest(".passage, .document");
    if (isScrolled.current || !element || !frame) return;
    isScrolled.current = true;
    frame.scrollTop += element.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 4;
  };

  return (
    <div ref={box} class="whole" lang={language}>
      {sections
        .filter(({ start, end }) => start <= shown.end && end >= shown.start)
        .map((section) => (
          <SectionText
            key={section.start + (section.page ?? 0)}
            document={document}
            firstHeadingLevel={firstHeadingLevel}
            section={section}
            range={section.page === null ? shown : undefined}
            marks={marks}
            rendered={scrollToTarget}
          />
        ))}
    </div>
  );
}

interface SectionTextProps {
  readonly document: DocumentText;
  readonly firstHeadingLevel: number | undefined;
  readonly section: Section;
  readonly range: Span | undefined;
  readonly marks: readonly Mark[];
  readonly rendered: () => void;
}

function SectionText({ document, firstHeadingLevel, section, range, marks, rendered }: SectionTextProps) {
  const { words } = useInterface();
  const page = usePageWords();
  const { start, end } = section;
  const source = useMemo(() => document.text.slice(start, end), [document, start, end]);
  const inside = useMemo(() => within(marks, section), [marks, start, end]);
  const text = (
    <div class={`prose ${document.format}`}>
      <Prose
        source={source}
        isPlain={document.format === "plain"}
        range={range}
        marks={inside}
        tableLabel={words.table}
        firstHeadingLevel={firstHeadingLevel}
        renderMark={highlighted}
        onRendered={rendered}
      />
    </div>
  );
  if (section.page === null) return text;
  return (
    <section class="paper" aria-label={page.pageHeading(section.page)}>
      <p class="page-label" aria-hidden="true">
        {page.pageHeading(section.page)}
      </p>
      {source.trim() ? text : <p class="hint">{page.emptyPage}</p>}
    </section>
  );
}

/** The pages, or the whole text as one section without a number; offsets are UTF-16 units. */
export function sectionsOf({ text, pages }: Pick<DocumentText, "text" | "pages">): readonly Section[] {
  if (!pages.length) return [{ start: 0, end: text.length, page: null }];
  const offset = utf16Offsets(text);
  return pages.map(({ number, start, end }) => ({ page: number, start: offset(start), end: offset(end) }));
}

/** The marks in a section, by their offsets in it; those that go on beyond it are cut. */
export function within(marks: readonly Mark[], { start, end }: Span): readonly Mark[] {
  return marks
    .filter((mark) => mark.end > start && mark.start < end)
    .map((mark) => ({ ...mark, start: Math.max(0, mark.start - start), end: Math.min(end, mark.end) - start }));
}

/** A part of a text that grows outwards from `from` until it is all of it. */
function useGrowing(length: number, from: Span | undefined): Span {
  const [reach, setReach] = useState(FIRST);
  const start = Math.max(0, (from?.start ?? 0) - reach);
  const end = Math.min(length, (from?.end ?? 0) + reach);
  const isWhole = start === 0 && end === length;
  useEffect(() => {
    if (isWhole) return undefined;
    const timer = setTimeout(() => setReach(reach + STEP), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isWhole, reach]);
  return { start, end };
}
