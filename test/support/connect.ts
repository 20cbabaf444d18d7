import type { AccountRow } from "../../src/db/queries/connected-accounts.ts";
import { finishConnection } from "../../src/services/finish-connection.ts";
import { startConnection } from "../../src/services/start-connection.ts";
import type { Account } from "./fixtures.ts";
import type { World } from "./world.ts";

/** Connects an account as its owner would in a browser: through the vendor's page of consent. */
export async function connectAccount(
  { ctx, simulator }: World,
  affiliate: Account,
  { platform, accountId }: { platform: string; accountId: string },
): Promise<AccountRow[]> {
  const actor = {
    role: "affiliate",
    keyId: "key_test",
    affiliateId: affiliate.id,
    suspended: false,
    trust: 500_000,
  } as const;
  const started = await startConnection(ctx, actor, { platform, handle: null });
  if (started.method !== "oauth") throw new Error(`${platform} has no page of consent`);
  const consent = `${started.authorizationUrl}&decision=allow&account=${encodeURIComponent(accountId)}`;
  const back = new URL((await simulator.app.request(consent)).headers.get("location") ?? "");
  const asked = (parameter: string) => back.searchParams.get(parameter);
  return finishConnection(ctx, {
    platform,
    state: asked("state"),
    code: asked("code"),
    error: asked("error"),
  });
}
