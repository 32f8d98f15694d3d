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
const VERSION = 1;

/** The conversations of one service in one storage: of this tab for a widget, of this browser for the page. */
export class Storage {
  private readonly area: globalThis.Storage | null;
  private readonly key: string;

  constructor(kind: "tab" | "browser", name: string) {
    this.area = storageArea(kind);
    this.key = `groundwork:${VERSION}:${name}`;
  }

  /** All conversations, the one that changed last first. */
  read(): readonly KeptConversation[] {
    try {
      const kept = JSON.parse(this.area?.getItem(this.key) ?? "[]") as unknown;
      return Array.isArray(kept) ? kept.filter(isConversation).sort((a, b) => b.changedAt - a.changedAt) : [];
    } catch {
      return [];
    }
  }

  /** Keeps a conversation in place of the one with its id. Returns whether there was space. */
  keep(conversation: KeptConversation): boolean {
    const others = this.read().filter((one) => one.id !== conversation.id);
    return this.write(conversation.exchanges.length ? [conversation, ...others] : others);
  }

  remove(id: string): boolean {
    return this.write(this.read().filter((one) => one.id !== id));
  }

  private write(conversations: readonly KeptConversation[]): boolean {
    try {
      this.area?.setItem(this.key, JSON.stringify(conversations));
      return this.area !== null;
    } catch {
      return false;
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
