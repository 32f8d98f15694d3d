/** Conversations in the browser's storage. What cannot be read or kept is never an error of the page. */

import type { Exchange } from "./exchange";

export interface KeptConversation {
  readonly id: string;
  /** Given by the person; "" for the first question. */
  readonly name: string;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changedAt: number;
  readonly exchanges: readonly Exchange[];
}

/** Changes with the form of what is kept: what an older build kept is then left alone. */
const VERSION = 2;

/**
 * The conversations of one service in one storage: of this tab for a widget, of this browser for the page. Each is an item
 * of its own, so that two tabs do not overwrite each other's.
 */
export class Storage {
  private readonly area: globalThis.Storage | null;
  private readonly prefix: string;

  constructor(kind: "tab" | "browser", name: string) {
    this.area = storageArea(kind);
    this.prefix = `groundwork:${VERSION}:${name}:`;
  }

  /** All conversations, the one that changed last first. */
  read(): readonly KeptConversation[] {
    const kept = this.ids().map((id) => this.find(id));
    return kept.filter((one) => one !== null).sort((a, b) => b.changedAt - a.changedAt);
  }

  find(id: string): KeptConversation | null {
    try {
      const kept = JSON.parse(this.area?.getItem(this.prefix + id) ?? "null") as unknown;
      return isConversation(kept) && kept.id === id ? kept : null;
    } catch {
      return null;
    }
  }

  /** Keeps a conversation in place of the one with its id; one without a question is removed. Returns whether it could. */
  keep(conversation: KeptConversation): boolean {
    if (!conversation.exchanges.length) return this.remove(conversation.id);
    try {
      this.area?.setItem(this.prefix + conversation.id, JSON.stringify(conversation));
      return this.area !== null;
    } catch {
      return false;
    }
  }

  remove(id: string): boolean {
    try {
      this.area?.removeItem(this.prefix + id);
      return this.area !== null;
    } catch {
      return false;
    }
  }

  /** The conversation that an item of the storage is of; null for another item. An id has no colon. */
  idOf(key: string): string | null {
    const id = key.startsWith(this.prefix) ? key.slice(this.prefix.length) : "";
    return id && !id.includes(":") ? id : null;
  }

  private ids(): string[] {
    try {
      return Object.keys(this.area ?? {})
        .map((key) => this.idOf(key))
        .filter((id) => id !== null);
    } catch {
      return [];
    }
  }
}

function isConversation(value: unknown): value is KeptConversation {
  const { id, name, changedAt, exchanges } = (value ?? {}) as Partial<Record<keyof KeptConversation, unknown>>;
  const wellFormed = typeof id === "string" && typeof name === "string" && typeof changedAt === "number";
  return wellFormed && Array.isArray(exchanges) && exchanges.every(isExchange);
}

function isExchange(value: unknown): value is Exchange {
  const { id, question, content, about } = (value ?? {}) as Partial<Record<keyof Exchange, unknown>>;
  const texts = [id, question, content].every((text) => typeof text === "string");
  return texts && typeof about === "object" && about !== null;
}

/** A browser that blocks storage throws as soon as it is named. */
function storageArea(kind: "tab" | "browser"): globalThis.Storage | null {
  try {
    return kind === "tab" ? window.sessionStorage : window.localStorage;
  } catch {
    return null;
  }
}
