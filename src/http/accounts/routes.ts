import { connectAccountOperation } from "./connect-account.ts";
import { disconnectAccountOperation } from "./disconnect-account.ts";
import { finishConnectionOperation } from "./finish-connection.ts";
import { listAccountsOperation } from "./list-accounts.ts";
import { verifyAccountOperation } from "./verify-account.ts";

export const accountRoutes = [
  connectAccountOperation,
  verifyAccountOperation,
  finishConnectionOperation,
  listAccountsOperation,
  disconnectAccountOperation,
];
