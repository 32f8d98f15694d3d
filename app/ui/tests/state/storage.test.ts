import { afterEach, describe, expect, test, vi } from "vitest";

import { type KeptConversation, Storage } from "../../src/state/storage";
import { exchange } from "../builders";

const KEY = "groundwork:2:site:a";

function conversation(id: string, changedAt: number): KeptConversation {
  return { id, name: "", changedAt, exchanges: [exchange()] };
}

describe("the storage of conversations", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    sessionStorage.clear();
  });

  test("gives back what was kept, the last changed first", () => {
    const storage = new Storage("tab", "site");
    expect(storage.keep(conversation("a", 1))).toBe(true);
    storage.keep(conversation("b", 2));
    storage.keep(conversation("a", 3));
    expect(storage.read()).toEqual([conversation("a", 3), conversation("b", 2)]);
  });

  test("keeps no conversation without a question", () => {
    const storage = new Storage("tab", "site");
    storage.keep(conversation("a", 1));
    storage.keep({ ...conversation("a", 2), exchanges: [] });
    expect(storage.read()).toEqual([]);
  });

  test("removes one and keeps the others", () => {
    const storage = new Storage("tab", "site");
    storage.keep(conversation("a", 1));
    storage.keep(conversation("b", 2));
    storage.remove("a");
    expect(storage.read().map((one) => one.id)).toEqual(["b"]);
  });

  test("is apart for each name", () => {
    new Storage("tab", "site").keep(conversation("a", 1));
    expect(new Storage("tab", "other").read()).toEqual([]);
  });

  test("keeps each conversation as an item of its own: another tab's is not overwritten", () => {
    const [one, other] = [new Storage("tab", "site"), new Storage("tab", "site")];
    one.keep(conversation("a", 1));
    other.keep(conversation("b", 2));
    one.keep(conversation("a", 3));
    expect(one.read().map(({ id }) => id)).toEqual(["a", "b"]);
  });

  test("knows which conversation an item is of", () => {
    const storage = new Storage("tab", "http://localhost:8000/");
    expect(storage.idOf("groundwork:2:http://localhost:8000/:a")).toBe("a");
    expect(storage.idOf("groundwork:2:http://localhost:8000/:")).toBeNull();
    expect(new Storage("tab", "http").idOf("groundwork:2:http://localhost:8000/:a")).toBeNull();
    expect(storage.idOf("theme")).toBeNull();
  });

  test.each([
    "", "{", "null", "[]", "1", '{"id":"a"}', '{"id":"b","name":"","changedAt":1,"exchanges":[]}',
    '{"id":"a","name":"","changedAt":1,"exchanges":[{}]}',
  ])(
    "reads nothing where something else kept %j",
    (text) => {
      sessionStorage.setItem(KEY, text);
      expect(new Storage("tab", "site").read()).toEqual([]);
    },
  );

  test("says so when it is full", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    vi.spyOn(window, "sessionStorage", "get").mockReturnValue(full as unknown as globalThis.Storage);
    const storage = new Storage("tab", "site");
    expect(storage.keep(conversation("a", 1))).toBe(false);
  });

  test("keeps nothing in a browser that blocks it", () => {
    vi.spyOn(window, "sessionStorage", "get").mockImplementation(() => {
      throw new DOMException("blocked", "SecurityError");
    });
    const storage = new Storage("tab", "site");
    expect(storage.keep(conversation("a", 1))).toBe(false);
    expect(storage.read()).toEqual([]);
  });
});
