import { expect, test } from "vitest";

import { signInAddress, withoutResult } from "../../src/page/signing";

test("a user comes back to the place where the page was", () => {
  const place = { pathname: "/", search: "", hash: "#/documents?find=a b" };
  expect(signInAddress("https://chat.example.com/", place)).toBe(
    "https://chat.example.com/v1/sign-in?back=%2F%23%2Fdocuments%3Ffind%3Da%20b",
  );
});

test("the result of an earlier sign-in is not kept, and the rest of the address is", () => {
  expect(withoutResult({ pathname: "/", search: "?sign-in=failed", hash: "#/documents" })).toBe("/#/documents");
  expect(withoutResult({ pathname: "/", search: "?a=b&sign-in=failed", hash: "" })).toBe("/?a=b");
});
