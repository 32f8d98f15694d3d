import { describe, expect, test } from "vitest";

import { addressOf, chatRoute, type Route, routeOf } from "../../src/page/routes";

const route = (hash: string, search = ""): Route => routeOf({ hash, search });

describe("an address", () => {
  test.each<[string, Route]>([
    ["#/", chatRoute()],
    ["#/c/one", chatRoute("one")],
    ["#/c/one/two", chatRoute("one", "two")],
    ["#/c/one/two?q=How%20many%3F", chatRoute("one", "two", "How many?")],
    ["#/documents", { view: "documents", query: "" }],
    ["#/documents?q=pay%20day", { view: "documents", query: "pay day" }],
    ["#/documents/leave/parental.md", { view: "document", id: "leave/parental.md" }],
    ["#/documents/a%3Fb%23c%25d%20e.md", { view: "document", id: "a?b#c%d e.md" }],
  ])("%s is one route, and the route's address", (address, expected) => {
    expect(route(address)).toEqual(expected);
    expect(addressOf(expected)).toBe(address);
  });

  test.each(["", "#", "#/", "#top", "#/unknown/x", "#/c", "#/c/"])("%j is an empty conversation", (hash) => {
    expect(route(hash)).toEqual(chatRoute());
  });

  test("that cannot be decoded is taken as it is", () => {
    expect(route("#/documents/100%.md")).toEqual({ view: "document", id: "100%.md" });
  });

  test("may have a question before its hash, as other sites write it", () => {
    expect(route("", "?q=When+is+pay+day%3F&utm=1")).toEqual(chatRoute("", "", "When is pay day?"));
    expect(route("#/documents", "?q=x")).toEqual({ view: "documents", query: "" });
  });

  test("gives no more of a question than an address can have", () => {
    const long = "a".repeat(9000);
    expect(route("", `?q=${long}`)).toEqual(chatRoute("", "", "a".repeat(4000)));
    expect(addressOf(chatRoute("one", "two", long)).length).toBeLessThan(4100);
  });
});
