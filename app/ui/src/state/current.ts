/** The conversation that the full page shows, and how it comes from the history and goes into it. */

import type { Conversation } from "./conversation";
import { isRunning } from "./exchange";
import { ended, type History } from "./history";
import { newId } from "./id";

/** One of the conversations at a time. Everything that happens in it is kept at once. */
export class Current {
  private readonly conversation: Conversation;
  private readonly history: History;
  private readonly gone: () => void;
  /** The exchanges that this tab has had. */
  private known = new Set<string>();
  /** The answer that is being written: its beginning is kept, its end too, not every word between. */
  private writing = "";
  private kept: Conversation["exchanges"] = [];
  id = newId();

  /** @param gone called when another tab has removed this conversation */
  constructor(conversation: Conversation, history: History, gone: () => void) {
    this.conversation = conversation;
    this.history = history;
    this.gone = gone;
  }

  /** Keeps what happens, and takes over what other tabs do, until the returned function is called. */
  follow(): () => void {
    const stops = [
      this.conversation.subscribe(() => this.keep()),
      this.history.subscribe((id) => {
        if (id === this.id) this.takeOver();
      }),
      this.history.follow(),
    ];
    return () => stops.forEach((stop) => stop());
  }

  get isEmpty(): boolean {
    return !this.conversation.exchanges.length;
  }

  /** Shows a conversation of the history. Returns whether there is one with this id. */
  open(id: string): boolean {
    if (id === this.id) return true;
    const found = this.history.find(id);
    if (!found) return false;
    this.leave();
    this.show(id, ended(found.exchanges));
    return true;
  }

  /** Shows an empty conversation. */
  startNew(): void {
    this.leave();
    this.show(newId(), []);
  }

  /** Shows an empty conversation in place of one that was removed. */
  drop(): void {
    this.show(newId(), []);
  }

  private leave(): void {
    const { exchanges } = this.conversation;
    if (exchanges.some(isRunning)) this.history.keep(this.id, ended(exchanges), this.known, Date.now());
  }

  private show(id: string, exchanges: Conversation["exchanges"]): void {
    this.id = id;
    this.writing = "";
    this.kept = exchanges;
    this.known = new Set(exchanges.map((one) => one.id));
    this.conversation.restart(exchanges);
  }

  private keep(): void {
    const { exchanges } = this.conversation;
    const last = exchanges.at(-1);
    const running = last && isRunning(last) ? last.id : "";
    if (exchanges === this.kept || (running && running === this.writing)) return;
    this.writing = running;
    for (const one of exchanges) this.known.add(one.id);
    this.kept = exchanges;
    const all = this.history.keep(this.id, exchanges, this.known, Date.now());
    if (all !== exchanges && !running) this.show(this.id, all);
  }

  /** Another tab has gone on with this conversation, or removed it. */
  private takeOver(): void {
    const found = this.history.find(this.id);
    // While an answer is being written here, the two are joined at its end.
    if (found && this.conversation.isAnswering) return;
    if (!found) this.gone();
    else if (JSON.stringify(found.exchanges) !== JSON.stringify(this.kept)) this.show(this.id, ended(found.exchanges));
  }
}
