/** The documents and the jobs that read them. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { type Failure, RequestFailed } from "../api/failure";
import type { DocumentList, IngestionJob } from "../api/types";
import { Confirm } from "../page/Dialog";
import { TrashIcon, UploadIcon } from "../page/icons";
import { useInterface } from "../view/context";
import { useFetched, usePages } from "../view/fetched";
import { CloseIcon } from "../view/icons";
import { useAdmin } from "./context";
import { integer } from "./figures";
import { Chip, documentAddress, Empty, Loaded, Problem, Table } from "./parts";

/** The source of uploads, the only one whose documents can be deleted here. */
const UPLOADS = "uploads";
/** Rows that are shown at first, and how many each press on "Show more" adds. */
const ROWS = 50;
const JOBS = 20;
const POLL_MILLISECONDS = 2000;

export function Documents() {
  const { client, text } = useAdmin();
  const load = useCallback((signal: AbortSignal, pages: number) => client.documents(signal, pages), [client]);
  const documents = usePages(load);
  const jobs = useFetched(useCallback((signal: AbortSignal) => client.jobs(signal), [client]));
  const isReading = jobs.value?.jobs.some(({ status }) => status === "queued" || status === "running") ?? false;
  const again = (): void => {
    documents.again();
    jobs.again();
  };
  useEffect(() => {
    if (!isReading) return undefined;
    const timer = setInterval(again, POLL_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isReading]);
  return (
    <>
      <p class="intro">{text.documentsIntro}</p>
      <p class="tools">
        <a class="button primary" href={`${client.service}#/documents`}>
          <UploadIcon />
          {text.addDocuments}
        </a>
      </p>
      <section aria-labelledby="documents-heading">
        <Loaded fetched={documents}>
          {(list) => <DocumentTable list={list} changed={again} more={documents.more} />}
        </Loaded>
      </section>
      <div class="part">
        <h2>{text.jobs}</h2>
        <p class="hint">{text.jobsIntro}</p>
        <Loaded fetched={jobs}>{({ jobs: found }) => <JobTable jobs={found.slice(0, JOBS)} changed={again} />}</Loaded>
      </div>
    </>
  );
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly chunks: number | null;
  readonly state: "read" | "waiting" | "notRead";
  readonly more: string;
}

function rowsOf(list: DocumentList, language: string, copyOf: (name: string) => string): Row[] {
  const { compare } = new Intl.Collator(language, { numeric: true });
  const unread = list.unread.map(
    ({ id, status, reason }): Row => ({
      id,
      name: id,
      source: UPLOADS,
      chunks: null,
      state: status === "failed" ? "notRead" : "waiting",
      more: reason ?? "",
    }),
  );
  const read = list.documents.map(
    ({ id, name, source, chunks, same_as }): Row => ({
      id,
      name: name || id,
      source,
      chunks,
      state: "read",
      more: same_as ? copyOf(same_as) : "",
    }),
  );
  return [...unread, ...read.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id))];
}

interface DocumentTableProps {
  readonly list: DocumentList;
  readonly changed: () => void;
  /** Loads the next page. */
  readonly more: () => void;
}

function DocumentTable({ list, changed, more }: DocumentTableProps) {
  const { words, client } = useInterface();
  const { text } = useAdmin();
  const [filter, setFilter] = useState("");
  const [most, setMost] = useState(ROWS);
  const [asked, setAsked] = useState<Row | null>(null);
  const [removed, setRemoved] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const rows = rowsOf(list, words.code, text.copyOf).filter(({ id, name }) =>
    `${name} ${id}`.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  const remove = async ({ id, name }: Row): Promise<void> => {
    setAsked(null);
    setFailure(null);
    try {
      await client.removeDocument(id);
      setRemoved(name);
      heading.current?.focus({ preventScroll: true });
      changed();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      setFailure(error.failure);
    }
  };
  return (
    <>
      <h2 ref={heading} id="documents-heading" tabIndex={-1}>
        {text.documentCount(filter.trim() ? rows.length : list.total + list.unread.length)}
      </h2>
      <p class="unseen" role="status">
        {removed && text.removed(removed)}
      </p>
      {failure && <Problem failure={failure} />}
      {list.documents.length + list.unread.length === 0 ? (
        <Empty>
          <p>{text.noDocuments}</p>
        </Empty>
      ) : (
        <>
          <input
            class="field filter"
            type="search"
            dir="auto"
            value={filter}
            placeholder={text.filterDocuments}
            aria-label={text.filterDocuments}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
          {!rows.length && <p class="hint">{text.noSuchDocument}</p>}
          {rows.length > 0 && (
            <Table label={text.panels.documents}>
              <thead>
                <tr>
                  <th scope="col">{text.document}</th>
                  <th scope="col" class="spare">
                    {text.source}
                  </th>
                  <th scope="col">{text.status}</th>
                  <th scope="col" class="number">
                    {text.passages}
                  </th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, most).map((row) => (
                  <tr key={row.id}>
                    <th scope="row" class="wide">
                      {row.state === "read" ? (
                        <a href={documentAddress(client.service, row.id)} dir="auto">
                          {row.name}
                        </a>
                      ) : (
                        <span dir="auto">{row.name}</span>
                      )}
                      {row.name !== row.id && <span class="place">{row.id}</span>}
                      {row.more && <span class="place">{row.more}</span>}
                    </th>
                    <td class="spare">{row.source}</td>
                    <td>
                      <Chip tone={row.state === "notRead" ? "hard" : row.state === "waiting" ? "soft" : undefined}>
                        {text[row.state]}
                      </Chip>
                    </td>
                    <td class="number">{integer(row.chunks, words.code)}</td>
                    <td class="action">
                      {row.source === UPLOADS && (
                        <button
                          type="button"
                          class="button icon"
                          aria-label={`${text.remove}: ${row.name}`}
                          title={`${text.remove}: ${row.name}`}
                          onClick={() => setAsked(row)}
                        >
                          <TrashIcon />
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )}
          {(rows.length > most || list.next_cursor) && (
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                setMost(most + ROWS);
                if (rows.length <= most + ROWS && list.next_cursor) more();
              }}
            >
              {text.showMore}
            </button>
          )}
        </>
      )}
      {asked && (
        <Confirm
          question={text.removeQuestion(asked.name)}
          hint={text.removeHint}
          action={text.remove}
          confirm={() => void remove(asked)}
          cancel={() => setAsked(null)}
        />
      )}
    </>
  );
}

const TONES = { queued: "soft", running: "soft", done: "ok", failed: "hard", cancelled: undefined } as const;

function JobTable({ jobs, changed }: { jobs: readonly IngestionJob[]; changed: () => void }) {
  const { words } = useInterface();
  const { client, text } = useAdmin();
  const [failure, setFailure] = useState<Failure | null>(null);
  const cancel = async (id: string): Promise<void> => {
    setFailure(null);
    try {
      await client.cancelJob(id);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      setFailure(error.failure);
    }
    changed();
  };
  if (!jobs.length)
    return (
      <Empty>
        <p>{text.noJobs}</p>
      </Empty>
    );
  return (
    <>
      {failure && <Problem failure={failure} />}
      <Table label={text.jobs}>
        <thead>
          <tr>
            <th scope="col">{text.job}</th>
            <th scope="col">{text.status}</th>
            <th scope="col">{text.result}</th>
            <th scope="col" class="number">
              {text.seconds}
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <th scope="row">
                <code>{job.id}</code>
              </th>
              <td>
                <Chip tone={TONES[job.status]}>{text.jobStatus[job.status]}</Chip>
              </td>
              <td class="wide">
                <Outcome job={job} />
              </td>
              <td class="number">{job.elapsed_seconds.toLocaleString(words.code)}</td>
              <td class="action">
                {(job.status === "queued" || job.status === "running") && (
                  <button
                    type="button"
                    class="button icon"
                    aria-label={text.cancelJob(job.id)}
                    title={text.cancelJob(job.id)}
                    onClick={() => void cancel(job.id)}
                  >
                    <CloseIcon />
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}

function Outcome({ job: { status, progress, report, error } }: { job: IngestionJob }) {
  const { text } = useAdmin();
  if (error) return <span class="said">{error}</span>;
  if (status === "running" && progress) return <>{text.jobProgress(progress.done, progress.total)}</>;
  if (!report) return null;
  const unread = [...report.failed, ...report.skipped];
  return (
    <>
      {text.jobResult(report.created, report.updated, report.unchanged, unread.length)}
      {unread.map(({ path, reason }) => (
        <span class="place" key={path}>
          <span dir="auto">{path.split("/").at(-1)}</span>: {reason}
        </span>
      ))}
    </>
  );
}
