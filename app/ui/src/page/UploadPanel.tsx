/** Where files are added, and what comes of them. */

import { useEffect, useRef, useState } from "preact/hooks";

import type { IngestionJob, UploadsQueued } from "../api/types";
import { CloseIcon } from "../view/icons";
import { UploadIcon } from "./icons";
import { Problem } from "./Problem";
import { useStore } from "./store";
import type { Upload, Uploads } from "./uploads";
import { type PageWords, usePageWords } from "./words";

export function UploadPanel({ uploads }: { uploads: Uploads }) {
  const page = usePageWords();
  const { list } = useStore(uploads);
  const [isReplacing, setReplacing] = useState(false);
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const add = (files: FileList | null | undefined): void => void uploads.add([...(files ?? [])], isReplacing);
  useDropOnlyHere();

  return (
    <section class="adding" aria-label={page.upload}>
      <div
        class="drop"
        data-over={isOver ? "" : undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          add(event.dataTransfer?.files);
        }}
      >
        <UploadIcon />
        <p>
          <button type="button" class="button primary" onClick={() => input.current?.click()}>
            {page.chooseFiles}
          </button>{" "}
          <span class="drop-hint">{page.dropHint}</span>
        </p>
        <label>
          <input type="checkbox" checked={isReplacing} onChange={(event) => setReplacing(event.currentTarget.checked)} />
          {page.replace}
        </label>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={page.chooseFiles}
          onChange={(event) => {
            add(event.currentTarget.files);
            // The same file can be chosen again.
            event.currentTarget.value = "";
          }}
        />
      </div>
      {list.length > 0 && (
        <>
          <h2>{page.uploads}</h2>
          <ul class="uploads">
            {list.map((upload) => (
              <UploadReport key={upload.id} upload={upload} dismiss={() => uploads.dismiss(upload.id)} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** A file that is dropped beside the box would take the place of the page. */
function useDropOnlyHere(): void {
  useEffect(() => {
    const refuse = (event: DragEvent): void => event.preventDefault();
    window.addEventListener("dragover", refuse);
    window.addEventListener("drop", refuse);
    return () => {
      window.removeEventListener("dragover", refuse);
      window.removeEventListener("drop", refuse);
    };
  }, []);
}

function UploadReport({ upload, dismiss }: { upload: Upload; dismiss: () => void }) {
  const page = usePageWords();
  const { phase, names, sent, job, queued, failure } = upload;
  const label = phase === "sending" ? page.cancelUpload : page.dismiss;
  const progress = progressOf(upload);
  return (
    <li class="upload" data-phase={phase}>
      <div class="heading">
        <p class="names" dir="auto">
          {names.slice(0, 5).join(", ")}
          {names.length > 5 && ` +${names.length - 5}`}
        </p>
        {phase !== "reading" && (
          <button type="button" class="button icon" aria-label={label} title={label} onClick={dismiss}>
            <CloseIcon />
          </button>
        )}
      </div>
      {phase !== "ended" && <progress aria-label={names[0]} {...(progress === null ? {} : { value: progress })} />}
      <p class="place" role="status">
        {phase === "sending" && page.uploading(Math.round(sent * 100))}
        {phase === "reading" && stageOf(job, page)}
        {phase === "ended" && job && resultOf(job, queued?.refused.length ?? 0, page)}
      </p>
      {failure && <Problem what={page.uploadFailed(names.length)} failure={failure} />}
      {phase === "ended" && <Details job={job} refused={queued?.refused ?? []} />}
      {queued && phase === "ended" && <Outcomes upload={upload} />}
    </li>
  );
}

/** From 0 to 1; null while it is not known. */
function progressOf({ phase, sent, job }: Upload): number | null {
  if (phase === "sending") return sent;
  const progress = job?.progress;
  if (!progress) return null;
  if (progress.stage === "embedding" && progress.chunks_expected) return Math.min(1, progress.chunks / progress.chunks_expected);
  return progress.stage === "reading" && progress.total ? progress.done / progress.total : null;
}

function stageOf(job: IngestionJob | null, page: PageWords): string {
  const progress = job?.status === "running" ? job.progress : null;
  if (!progress) return page.queued;
  const { stage, done, total, seconds_left } = progress;
  const text = stage === "reading" ? page.reading(done, total) : page.stages[stage];
  return seconds_left === null ? text : `${text} · ${page.secondsLeft(Math.ceil(seconds_left))}`;
}

/** @param refused files that were not kept */
function resultOf({ status, error, report }: IngestionJob, refused: number, page: PageWords): string {
  if (status === "cancelled") return page.jobCancelled;
  if (!report) return [page.jobFailed, error].filter(Boolean).join(" ");
  const unread = report.failed.length + report.skipped.length + refused;
  const parts: readonly (readonly [number, (documents: number) => string])[] = [
    [report.created, page.added],
    [report.updated, page.updated],
    [report.unchanged, page.unchanged],
    [unread, page.failed],
  ];
  return parts
    .filter(([documents]) => documents > 0)
    .map(([documents, text]) => text(documents))
    .join(" · ");
}

/** The files that were not read, each with its reason, and what was left out of those that were. */
function Details({ job, refused }: { job: IngestionJob | null; refused: UploadsQueued["refused"] }) {
  const page = usePageWords();
  const report = job?.report;
  if (!report) return null;
  const unread = [...report.failed, ...report.skipped, ...refused.map(({ name, reason }) => ({ path: name, reason }))];
  return (
    <>
      {unread.length > 0 && (
        <ul class="details" data-kind="failed">
          {unread.map(({ path, reason }) => (
            <li key={path}>
              <strong dir="auto">{fileNameOf(path)}</strong> – {reason}
            </li>
          ))}
        </ul>
      )}
      {report.left_out.length > 0 && (
        <>
          <p class="place">{page.leftOut}</p>
          <ul class="details">
            {report.left_out.map(({ path, what }) => (
              <li key={path}>
                <strong dir="auto">{fileNameOf(path)}</strong> – {what}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** The files that did not become documents of their own name. */
function Outcomes({ upload: { queued } }: { upload: Upload }) {
  const page = usePageWords();
  const lines = (queued?.documents ?? []).flatMap(({ name, id, outcome }) => {
    if (outcome === "renamed") return [page.renamed(name, id)];
    return outcome === "same" ? [page.isHere(name)] : [];
  });
  if (!lines.length) return null;
  return (
    <ul class="details">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function fileNameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}
