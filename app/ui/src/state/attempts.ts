/** Does what needs the service until it has succeeded: after a failure that may pass, again after a while. */

import { type Failure, RequestFailed } from "../api/failure";

/** The wait after the first failure; it doubles with each further one, up to a minute. */
const FIRST_MILLISECONDS = 2000;
const LONGEST_MILLISECONDS = 60_000;

/** Whether a later attempt may succeed although nobody has changed anything. */
export function mayPass({ kind, status }: Failure): boolean {
  return kind !== "status" || status === 429 || status >= 500;
}

export class Attempts {
  private readonly attempt: (signal: AbortSignal) => Promise<void>;
  private readonly failed: (error: unknown) => void;
  private current: AbortController | null = null;
  private failures = 0;

  /**
   * @param attempt gives up when its signal is aborted
   * @param failed is told of every failure; of one that is not a RequestFailed, too, which is not tried again
   */
  constructor(attempt: (signal: AbortSignal) => Promise<void>, failed: (error: unknown) => void) {
    this.attempt = attempt;
    this.failed = failed;
  }

  /** Begins at once, in place of an attempt that is running or that is waited for. */
  start(): void {
    this.stop();
    const controller = new AbortController();
    this.current = controller;
    this.attempt(controller.signal).then(
      () => (this.failures = 0),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        if (error instanceof RequestFailed && mayPass(error.failure)) this.wait(error.failure, controller.signal);
        this.failed(error);
      },
    );
  }

  stop(): void {
    this.current?.abort();
  }

  /** Waits; less where the connection comes back, and longer in a tab that nobody sees. */
  private wait({ retryAt }: Failure, signal: AbortSignal): void {
    const backOff = Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** this.failures++);
    let isDue = false;
    const again = (): void => {
      if (!document.hidden && isDue) this.start();
    };
    // Whether it is due is the timer's to say: the clock may be set back in the meantime.
    const timer = setTimeout(() => {
      isDue = true;
      again();
    }, Math.max(retryAt - Date.now(), backOff));
    document.addEventListener("visibilitychange", again, { signal });
    addEventListener("online", () => this.start(), { signal });
    signal.addEventListener("abort", () => clearTimeout(timer));
  }
}
