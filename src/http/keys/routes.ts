import { issueKeyOperation } from "./issue-key.ts";
import { listKeysOperation } from "./list-keys.ts";
import { revokeKeyOperation } from "./revoke-key.ts";
import { rotateKeyOperation } from "./rotate-key.ts";

export const keyRoutes = [listKeysOperation, issueKeyOperation, rotateKeyOperation, revokeKeyOperation];
