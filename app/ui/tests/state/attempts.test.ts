import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { RequestFailed } from "../../src/api/failure";
import { Attempts, mayPass } from "../../src/state/attempts";

describe("what needs the service", () => {
  let outcomes: (Error | null)[] = [];
  let signals: AbortSignal[] = [];
  const failed = vi.fn();
  let attempts = new Attempts(() => Promise.resolve(), failed);

  beforeEach(() => {
    vi.useFakeTimers();
    failed.mockClear();
    outcomes = [];
    signals = [];
    attempts = new Attempts((signal) => {
      signals.push(signal);
      const outcome = outcomes.shift();
      return outcome ? Promise.reject(outcome) : Promise.resolve();
    }, failed);
  });
  afterEach(() => {
    attempts.stop();
    vi.useRealTimers();
  });

  test("is not done again after it has succeeded", async () => {
    attempts.start();
    await vi.advanceTimersByTimeAsync(200_000);
    expect(signals).toHaveLength(1);
    expect(failed).not.toHaveBeenCalled();
  });

  test("is tried again after 2, 4 and 8 seconds", async () => {
    outcomes = [1, 2, 3, 4].map(() => new RequestFailed("network"));
    attempts.start();
    const times: number[] = [];
    for (const seconds of [1, 2, 4, 8]) {
      await vi.advanceTimersByTimeAsync(seconds * 1000);
      times.push(signals.length);
    }
    expect(times).toEqual([1, 2, 3, 4]);
    expect(failed).toHaveBeenCalledTimes(4);
  });

  test("waits a minute at most", async () => {
    outcomes = Array.from({ length: 30 }, () => new RequestFailed("network"));
    attempts.start();
    await vi.advanceTimersByTimeAsync(1_000_000);
    const before = signals.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(signals).toHaveLength(before + 1);
  });

  test("waits as long as the service says", async () => {
    outcomes = [new RequestFailed("status", { status: 429, retryAt: Date.now() + 30_000 })];
    attempts.start();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(signals).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(signals).toHaveLength(2);
  });

  test("is tried again as soon as the connection is back, once", async () => {
    outcomes = [new RequestFailed("offline")];
    attempts.start();
    await vi.advanceTimersByTimeAsync(10);
    dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(100_000);
    expect(signals).toHaveLength(2);
  });

  test("waits in a tab that nobody sees until it is seen", async () => {
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    outcomes = [new RequestFailed("network")];
    attempts.start();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(signals).toHaveLength(1);
    hidden.mockRestore();
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(10);
    expect(signals).toHaveLength(2);
  });

  test.each([new RequestFailed("status", { status: 403 }), new TypeError("a bug")])("is not tried again after %s", async (error) => {
    outcomes = [error];
    attempts.start();
    await vi.advanceTimersByTimeAsync(200_000);
    expect(signals).toHaveLength(1);
    expect(failed).toHaveBeenCalledExactlyOnceWith(error);
  });

  test("is tried again though the clock was set back in the meantime", async () => {
    outcomes = [new RequestFailed("network")];
    attempts.start();
    await vi.advanceTimersByTimeAsync(0);
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(2000);
    expect(signals).toHaveLength(2);
  });

  test("leaves nothing behind when it is stopped while it is running", async () => {
    outcomes = [new RequestFailed("network")];
    attempts.start();
    attempts.stop();
    await vi.advanceTimersByTimeAsync(100);
    expect(signals[0]?.aborted).toBe(true);
    expect(failed).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves nothing behind when it is stopped while it is waited for", async () => {
    outcomes = [new RequestFailed("network")];
    attempts.start();
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(1);
    attempts.stop();
    expect(vi.getTimerCount()).toBe(0);
    dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(100);
    expect(signals).toHaveLength(1);
  });
});

test.each([
  ["offline", 0, true],
  ["network", 0, true],
  ["status", 429, true],
  ["status", 503, true],
  ["status", 401, false],
  ["status", 404, false],
] as const)("of a failure (%s %d) it is known whether it may pass: %s", (kind, status, passing) => {
  expect(mayPass(new RequestFailed(kind, { status }).failure)).toBe(passing);
});
