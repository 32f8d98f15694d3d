import { expect, test } from "vitest";

import { reasonOf } from "../../src/admin/failures";
import { addressOf, PANELS, routeOf } from "../../src/admin/routes";
import { RequestFailed } from "../../src/api/failure";

test("every panel has an address, which leads back to it", () => {
  for (const panel of PANELS) expect(routeOf(addressOf(panel))).toEqual({ panel, item: "" });
});

test("what is shown of a panel is in its address, whatever it is called", () => {
  for (const item of ["a/b", "50% #1", "ü?"]) expect(routeOf(addressOf("reviews", item))).toEqual({ panel: "reviews", item });
});

test("an address with a slash behind the # works, and an unknown one is the first panel", () => {
  expect(routeOf("#/gaps")).toEqual({ panel: "gaps", item: "" });
  for (const hash of ["", "#", "#nothing/x", "#constructor"]) expect(routeOf(hash)).toEqual({ panel: PANELS[0], item: "" });
  expect(routeOf("#reviews/%E0%A4%A")).toEqual({ panel: "reviews", item: "%E0%A4%A" });
});

test("a failure says whether to sign in, to ask for the role, or to update the service", () => {
  const failed = (status: number, code = ""): ReturnType<typeof reasonOf> => reasonOf(new RequestFailed("status", { status, code }).failure);
  expect(failed(401, "authentication_required")).toBe("signedOut");
  expect(failed(403, "insufficient_scope")).toBe("forbidden");
  expect(failed(404, "not_found")).toBe("missing");
  expect(failed(405, "method_not_allowed")).toBe("missing");
  expect(failed(404, "job_not_found")).toBe("other");
  expect(failed(503)).toBe("other");
  expect(reasonOf(new RequestFailed("network").failure)).toBe("other");
});

test("one thing of a list that is not there is no old service", () => {
  expect(reasonOf(new RequestFailed("status", { status: 404, code: "not_found" }).failure, true)).toBe("other");
});
