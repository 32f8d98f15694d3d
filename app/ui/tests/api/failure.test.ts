import { describe, expect, test } from "vitest";

import { bodyOf } from "../../src/api/failure";

describe("the body of a response", () => {
  test("is its JSON", async () => {
    expect(await bodyOf(new Response('{"a":1}'))).toEqual({ a: 1 });
  });

  test("that is a page of the network, and no JSON, is a failure of the network", async () => {
    await expect(bodyOf(new Response("<html>Sign in</html>"))).rejects.toMatchObject({ failure: { kind: "network" } });
  });

  test("that is cut off is a failure of the network", async () => {
    const cut = { json: () => Promise.reject(new TypeError("network error")) };
    await expect(bodyOf(cut)).rejects.toMatchObject({ failure: { kind: "network" } });
  });

  test("that was given up comes out as the browser's AbortError", async () => {
    const aborted = { json: () => Promise.reject(new DOMException("", "AbortError")) };
    await expect(bodyOf(aborted)).rejects.toMatchObject({ name: "AbortError" });
  });
});
