import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { byDay, ended, History, titleOf } from "../../src/state/history";
import { type KeptConversation, Storage } from "../../src/state/storage";
import { exchange } from "../builders";

const NOW = new Date(2026, 10, 29, 12).getTime();
const HOUR = 3_600_000;

function open(): History {
  return new History(new Storage("browser", "site"));
}

function conversation(id: string, changes: Partial<KeptConversation> = {}): KeptConversation {
  return { id, name: "", changedAt: NOW, exchanges: [exchange({ id: `${id}-1` })], ...changes };
}

/** What the browser does in the other tabs. */
function changedElsewhere(id: string | null): void {
  window.dispatchEvent(new StorageEvent("storage", { key: id && `groundwork:2:site:${id}` }));
}

beforeEach(() => localStorage.clear());
afterEach(() => {
  vi.restoreAllMocks();
});

describe("the history", () => {
  test("is there after the page is loaded again, the conversation that changed last first", () => {
    const history = open();
    history.keep("a", [exchange({ id: "1" })], new Set(["1"]), 1);
    history.keep("b", [exchange({ id: "2" })], new Set(["2"]), 2);
    expect(open().conversations.map(({ id }) => id)).toEqual(["b", "a"]);
  });

  test("keeps the name of a conversation that goes on, and its place when it is renamed", () => {
    const history = open();
    history.keep("a", [exchange({ id: "1" })], new Set(["1"]), 1);
    history.keep("b", [exchange({ id: "2" })], new Set(["2"]), 2);
    history.rename("a", "  Leave ");
    expect(open().conversations.map(titleOf)).toEqual(["How many days?", "Leave"]);
    history.keep("a", [exchange({ id: "1" }), exchange({ id: "3" })], new Set(["1", "3"]), 3);
    expect(titleOf(open().conversations[0] ?? conversation(""))).toBe("Leave");
  });

  test("gives a removed conversation back", () => {
    const history = open();
    history.keep("a", [exchange({ id: "1" })], new Set(["1"]), 1);
    const [removed] = history.conversations;
    history.remove("a");
    expect(open().conversations).toEqual([]);
    if (removed) history.restore(removed);
    expect(open().conversations).toEqual([removed]);
  });

  test("shows what another tab keeps and removes, and says which conversation that is", () => {
    const history = open();
    const changed = vi.fn();
    history.subscribe(changed);
    const stop = history.follow();
    new Storage("browser", "site").keep(conversation("a"));
    changedElsewhere("a");
    expect(history.conversations.map(({ id }) => id)).toEqual(["a"]);
    new Storage("browser", "site").remove("a");
    changedElsewhere("a");
    expect(history.conversations).toEqual([]);
    expect(changed.mock.calls).toEqual([["a"], ["a"]]);
    stop();
    new Storage("browser", "site").keep(conversation("b"));
    changedElsewhere("b");
    expect(history.conversations).toEqual([]);
  });

  test("is empty when another tab has cleared the storage", () => {
    const history = open();
    history.keep("a", [exchange({ id: "1" })], new Set(["1"]), 1);
    const changed = vi.fn();
    history.subscribe(changed);
    history.follow();
    localStorage.clear();
    changedElsewhere(null);
    expect(history.conversations).toEqual([]);
    expect(changed).toHaveBeenCalledWith("a");
  });

  test("is not changed by other items of the storage", () => {
    const history = open();
    const changed = vi.fn();
    history.subscribe(changed);
    history.follow();
    window.dispatchEvent(new StorageEvent("storage", { key: "theme" }));
    expect(changed).not.toHaveBeenCalled();
  });

  test("joins the questions that two tabs ask in one conversation, in the order in which they were asked", () => {
    const [one, other] = [open(), open()];
    const first = exchange({ id: "1", askedAt: 1 });
    one.keep("a", [first, exchange({ id: "3", askedAt: 3 })], new Set(["1", "3"]), 1);
    const all = other.keep("a", [first, exchange({ id: "2", askedAt: 2 })], new Set(["1", "2"]), 2);
    expect(all.map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect(open().find("a")?.exchanges.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });

  test("does not bring back a question that this tab has removed", () => {
    const history = open();
    history.keep("a", [exchange({ id: "1", phase: "failed", content: "" })], new Set(["1"]), 1);
    expect(history.keep("a", [exchange({ id: "2" })], new Set(["1", "2"]), 2).map(({ id }) => id)).toEqual(["2"]);
  });

  test("keeps the whole answer of another tab over the part that this one shows", () => {
    const [one, other] = [open(), open()];
    one.keep("a", [exchange({ id: "1", content: "27 days." })], new Set(["1"]), 1);
    const mine = [exchange({ id: "1", phase: "stopped", content: "27" }), exchange({ id: "2", askedAt: 2 })];
    expect(other.keep("a", mine, new Set(["1", "2"]), 2)[0]?.content).toBe("27 days.");
  });

  test("is that of this tab where the browser keeps nothing, and says so", () => {
    vi.spyOn(window, "localStorage", "get").mockImplementation(() => {
      throw new DOMException("blocked", "SecurityError");
    });
    const history = open();
    expect(history.isKept).toBe(true);
    history.keep("a", [exchange({ id: "1" })], new Set(["1"]), 1);
    expect(history.isKept).toBe(false);
    expect(history.conversations.map(({ id }) => id)).toEqual(["a"]);
    history.rename("a", "Leave");
    expect(titleOf(history.conversations[0] ?? conversation(""))).toBe("Leave");
  });
});

describe("the title of a conversation", () => {
  test("is its name, else its first question on one line", () => {
    expect(titleOf(conversation("a", { name: "Leave" }))).toBe("Leave");
    expect(titleOf(conversation("a", { exchanges: [exchange({ question: " How\n\nmany  days? " })] }))).toBe("How many days?");
  });
});

describe("the days of the conversations", () => {
  test("begin at midnight", () => {
    const at = (id: string, hours: number): KeptConversation => conversation(id, { changedAt: NOW - hours * HOUR });
    const days = byDay([at("now", 0), at("midnight", 12), at("late", 12.01), at("day", 36), at("old", 36.01)], NOW);
    expect(days.map(([day, found]) => [day, found.map(({ id }) => id)])).toEqual([
      ["today", ["now", "midnight"]],
      ["yesterday", ["late", "day"]],
      ["earlier", ["old"]],
    ]);
  });

  test("without a conversation are left out", () => {
    expect(byDay([], NOW)).toEqual([]);
  });
});

test("an answer that was being written when its conversation was left is stopped", () => {
  expect(ended([exchange(), exchange({ phase: "writing" })]).map(({ phase }) => phase)).toEqual(["done", "stopped"]);
});
