import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { WidgetSession } from "../../src/api/session";

const MINUTE = 60_000;

describe("the session of a widget", () => {
  const request = vi.fn<typeof fetch>();
  let lifetime = 30 * MINUTE;
  const sessionOf = (key = "portal-key"): WidgetSession => new WidgetSession("https://help.example/", key);
  const token = async (session: WidgetSession): Promise<string | undefined> => (await session.headers())["Authorization"];

  beforeEach(() => {
    vi.useFakeTimers();
    sessionStorage.clear();
    lifetime = 30 * MINUTE;
    let issued = 0;
    request.mockReset().mockImplementation(() =>
      Promise.resolve(Response.json({ token: `gww_${++issued}`, expires_at: Math.floor((Date.now() + lifetime) / 1000) })),
    );
    vi.stubGlobal("fetch", request);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("begins once for all requests that wait for it", async () => {
    const session = sessionOf();
    const tokens = await Promise.all([token(session), token(session)]);
    expect(tokens).toEqual(["Bearer gww_1", "Bearer gww_1"]);
  });

  test("sends the site key and no cookies", async () => {
    await token(sessionOf());
    const [address, options] = request.mock.calls[0] ?? [];
    expect(address).toBe("https://help.example/v1/widget/session");
    expect(options).toMatchObject({ method: "POST", credentials: "omit", body: '{"site_key":"portal-key"}' });
  });

  test("goes on at the next page of the site", async () => {
    await token(sessionOf());
    expect(await token(sessionOf())).toBe("Bearer gww_1");
    expect(await token(sessionOf("another-key"))).toBe("Bearer gww_2");
  });

  test("is renewed half a minute before its end", async () => {
    const session = sessionOf();
    await token(session);
    vi.advanceTimersByTime(29 * MINUTE);
    expect(await token(session)).toBe("Bearer gww_1");
    vi.advanceTimersByTime(31_000);
    expect(await token(session)).toBe("Bearer gww_2");
  });

  test("is used until the service refuses it, where the clock of the visitor is wrong", async () => {
    lifetime = -90 * MINUTE;
    const session = sessionOf();
    expect([await token(session), await token(session)]).toEqual(["Bearer gww_1", "Bearer gww_1"]);
    session.forget();
    expect(await token(session)).toBe("Bearer gww_2");
  });

  test("is not kept for the next page after the service has refused it", async () => {
    const session = sessionOf();
    await token(session);
    session.forget();
    expect(await token(sessionOf())).toBe("Bearer gww_2");
  });

  test("begins again after a failed attempt, also at its renewal", async () => {
    const session = sessionOf();
    const refusal = (): Promise<Response> => Promise.resolve(new Response("{}", { status: 429 }));
    request.mockImplementationOnce(refusal);
    await expect(session.headers()).rejects.toMatchObject({ failure: { status: 429 } });
    await token(session);
    vi.advanceTimersByTime(30 * MINUTE);
    request.mockImplementationOnce(refusal);
    await expect(session.headers()).rejects.toMatchObject({ failure: { status: 429 } });
    expect(await token(session)).toBe("Bearer gww_2");
  });

  test("is refused where the service is up and the browser lets nobody read its answer", async () => {
    request.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    const refused = { failure: { status: 403, code: "origin_not_allowed" } };
    await expect(sessionOf().headers()).rejects.toMatchObject(refused);
    expect(request.mock.calls[1]).toMatchObject(["https://help.example/widget/loader.js", { method: "HEAD", cache: "no-store" }]);
  });

  test.each([
    ["nothing answers", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["a proxy answers for the service", () => Promise.resolve(new Response("", { status: 502 }))],
  ])("is a failure of the network where %s", async (_, answer) => {
    request.mockRejectedValueOnce(new TypeError("Failed to fetch")).mockImplementationOnce(answer);
    await expect(sessionOf().headers()).rejects.toBeInstanceOf(TypeError);
  });

  test("does without storage", async () => {
    vi.stubGlobal("sessionStorage", undefined);
    const session = sessionOf();
    expect([await token(session), await token(session)]).toEqual(["Bearer gww_1", "Bearer gww_1"]);
  });

  test.each(["not JSON", "[]", '{"token": 1}', "null"])("does without a kept value that is no token: %s", async (value) => {
    sessionStorage.setItem("groundwork:session:https://help.example/:portal-key", value);
    expect(await token(sessionOf())).toBe("Bearer gww_1");
  });
});
