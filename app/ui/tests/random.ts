/**
 * How many random texts the tests try, and which: the same in each run, so that a change fails only for what it did.
 * With `MORE_TEXTS=20` they are others in each run, and twenty times as many.
 */

import { env } from "node:process";

import fc from "fast-check";

const MORE = Number(env.MORE_TEXTS ?? 0);

if (!MORE) fc.configureGlobal({ seed: 20261130 });

/** Return the setting of a property that is tried on so many texts, or `MORE_TEXTS` times as many. */
export function runs(count: number): { numRuns: number } {
  return { numRuns: count * (MORE || 1) };
}
