import { createSimulator } from "./app.ts";

/** Saturday, 21 November 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 10, 21, 12);
const REDIRECT = "https://claimcheck.test/callback";
const APP = { client_id: "app", client_secret: "secret" };

/** An answer with its body as tests look into it. */
export interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of any answer.
  body: any;
}

/** One simulated graph of Meta's, asked as clients do, with a clock that can be moved. */
export function openGraph(platform: "instagram" | "meta") {
  const clock = { now: NOW };
  const { app } = createSimulator({ seed: "graph", now: () => clock.now });
  const tell = async (path: string, body: unknown) => {
    const init = { method: "PUT", body: JSON.stringify(body) };
    const { status } = await app.request(`/_control/${platform}/${path}`, init);
    if (status !== 204) throw new Error(`the control API answered ${status}`);
  };
  const call = async (path: string, init: RequestInit = {}): Promise<Answered> => {
    const response = await app.request(`/${platform}${path}`, init);
    const { status, headers } = response;
    return { status, headers, body: await response.json() };
  };
  const get = (path: string, token: string) =>
    call(`/v25.0/${path}`, { headers: { authorization: `Bearer ${token}` } });
  const post = (path: string, form: Record<string, string>) =>
    call(path, { method: "POST", body: new URLSearchParams(form) });
  const batch = async (urls: readonly string[], token: string, more: Record<string, string> = {}) => {
    const parts = urls.map((relative_url) => ({ method: "GET", relative_url }));
    return post("/v25.0/", { access_token: token, batch: JSON.stringify(parts), ...more });
  };
  const code = async (path: string, account: string) => {
    const query = new URLSearchParams({
      ...APP,
      redirect_uri: REDIRECT,
      state: "s",
      decision: "allow",
      account,
    });
    const response = await app.request(`/${platform}${path}?${query}`);
    return new URL(response.headers.get("location") ?? "").searchParams.get("code") ?? "";
  };
  const calls = async (): Promise<{ by_operation: object; recent: { ids: string[] }[] }> =>
    (await app.request(`/_control/${platform}/calls`)).json();
  return { app, clock, tell, call, get, post, batch, code, calls };
}

type Client = ReturnType<typeof openGraph>;

/** The form or query a code is redeemed with. */
export const redeeming = (code: string) => ({ ...APP, redirect_uri: REDIRECT, code });

/** An hour's token of an Instagram account. */
export async function shortInstagramToken({ code, post }: Client, account: string): Promise<string> {
  const form = { ...redeeming(await code("/oauth/authorize", account)), grant_type: "authorization_code" };
  return (await post("/oauth/access_token", form)).body.access_token;
}

/** A token of 60 days of an Instagram account. */
export async function instagramToken(client: Client, account: string): Promise<string> {
  const query = { grant_type: "ig_exchange_token", client_secret: "secret" };
  const access_token = await shortInstagramToken(client, account);
  const { body } = await client.call(`/access_token?${new URLSearchParams({ ...query, access_token })}`);
  return body.access_token;
}

/** An hour's token of the person who has a Page. */
export async function shortUserToken({ code, call }: Client, page: string): Promise<string> {
  const query = new URLSearchParams(redeeming(await code("/v25.0/dialog/oauth", page)));
  return (await call(`/v25.0/oauth/access_token?${query}`)).body.access_token;
}

/** The same person's for 60 days. */
export async function userToken(client: Client, page: string): Promise<string> {
  const fb_exchange_token = await shortUserToken(client, page);
  const query = new URLSearchParams({ ...APP, grant_type: "fb_exchange_token", fb_exchange_token });
  return (await client.call(`/v25.0/oauth/access_token?${query}`)).body.access_token;
}

/** The token of a Page itself. */
export async function pageToken(client: Client, page: string): Promise<string> {
  const { body } = await client.get("me/accounts", await userToken(client, page));
  return body.data[0].access_token;
}
