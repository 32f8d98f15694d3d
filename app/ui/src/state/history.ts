/** The conversations of this browser: the list that the full page shows, the same in all of its tabs. */

import { type Exchange, isRunning } from "./exchange";
import type { KeptConversation, Storage } from "./storage";

/**
 * What is kept, the conversation that changed last first. Where the browser keeps nothing, it is the list of this tab.
 *
 * Not covered: two tabs that write the same conversation within the same few milliseconds; the later one is kept.
 */
export class History {
  private readonly storage: Storage;
  private readonly listeners = new Set<(changedElsewhere: string | null) => void>();
  conversations: readonly KeptConversation[];
  /** Whether the last change could be kept. */
  isKept = true;

  constructor(storage: Storage) {
    this.storage = storage;
    this.conversations = storage.read();
  }

  /** Calls the listener after each change, with the id of a conversation that another tab has changed. */
  subscribe(listener: (changedElsewhere: string | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Follows the other tabs, until the returned function is called. */
  follow(): () => void {
    const changed = ({ key }: StorageEvent): void => {
      if (key === null) this.readAgain();
      const id = key && this.storage.idOf(key);
      if (id) this.takeOver(id, this.storage.find(id));
    };
    window.addEventListener("storage", changed);
    return () => window.removeEventListener("storage", changed);
  }

  find(id: string): KeptConversation | undefined {
    return this.conversations.find((one) => one.id === id);
  }

  /**
   * Keeps the exchanges of a conversation, together with those that another tab has added to it.
   *
   * @param known the ids of exchanges that this tab has had: what of them is missing was removed here
   * @returns the exchanges as they are kept
   */
  keep(id: string, exchanges: readonly Exchange[], known: ReadonlySet<string>, now: number): readonly Exchange[] {
    const before = this.storage.find(id) ?? this.find(id);
    const all = joined(exchanges, before?.exchanges ?? [], known);
    this.write({ id, name: before?.name ?? "", changedAt: now, exchanges: all });
    return all;
  }

  rename(id: string, name: string): void {
    const before = this.storage.find(id) ?? this.find(id);
    if (before) this.write({ ...before, name: name.trim() });
  }

  remove(id: string): void {
    this.isKept = this.storage.remove(id);
    this.replace(id, null);
    this.tell(null);
  }

  /** Takes back a removal. */
  restore(conversation: KeptConversation): void {
    this.write(conversation);
  }

  private write(conversation: KeptConversation): void {
    this.isKept = this.storage.keep(conversation);
    this.replace(conversation.id, conversation);
    this.tell(null);
  }

  private takeOver(id: string, conversation: KeptConversation | null): void {
    this.replace(id, conversation);
    this.tell(id);
  }

  /** Everything was removed at once. */
  private readAgain(): void {
    const before = this.conversations;
    this.conversations = this.storage.read();
    for (const { id } of before) if (!this.find(id)) this.tell(id);
  }

  private replace(id: string, conversation: KeptConversation | null): void {
    const others = this.conversations.filter((one) => one.id !== id);
    const all = conversation ? [conversation, ...others] : others;
    this.conversations = all.sort((a, b) => b.changedAt - a.changedAt);
  }

  private tell(changedElsewhere: string | null): void {
    for (const listener of this.listeners) listener(changedElsewhere);
  }
}

/** Our exchanges with what another tab has added, and with the answers that it has completed. */
function joined(ours: readonly Exchange[], kept: readonly Exchange[], known: ReadonlySet<string>): readonly Exchange[] {
  const completed = new Map(kept.filter((one) => one.phase === "done").map((one) => [one.id, one]));
  const isBehind = (one: Exchange): boolean => one.phase === "stopped" && completed.has(one.id);
  const added = kept.filter((one) => !known.has(one.id));
  if (!added.length && !ours.some(isBehind)) return ours;
  const current = ours.map((one) => (isBehind(one) ? (completed.get(one.id) ?? one) : one));
  return [...current, ...added].sort((a, b) => a.askedAt - b.askedAt);
}

/** The name of a conversation: that which a person gave, else its first question. */
export function titleOf({ name, exchanges }: Pick<KeptConversation, "name" | "exchanges">): string {
  return name || (exchanges[0]?.question ?? "").replace(/\s+/g, " ").trim();
}

export type Day = "today" | "yesterday" | "earlier";

/** The conversations by the day of their last change, in the browser's time zone; days without one are left out. */
export function byDay(conversations: readonly KeptConversation[], now: number): (readonly [Day, KeptConversation[]])[] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const before = new Date(midnight - 1).setHours(0, 0, 0, 0);
  const dayOf = ({ changedAt }: KeptConversation): Day =>
    changedAt >= midnight ? "today" : changedAt >= before ? "yesterday" : "earlier";
  const days: readonly Day[] = ["today", "yesterday", "earlier"];
  return days
    .map((day) => [day, conversations.filter((one) => dayOf(one) === day)] as const)
    .filter(([, found]) => found.length > 0);
}

/** The exchanges of a conversation that is left: an answer that is being written ends here. */
export function ended(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.map((one) => (isRunning(one) ? { ...one, phase: "stopped" } : one));
}
