import { createLinkOperation } from "./create-link.ts";
import { getLinkOperation } from "./get-link.ts";
import { listLinksOperation } from "./list-links.ts";
import { updateLinkOperation } from "./update-link.ts";

export const linkRoutes = [createLinkOperation, listLinksOperation, getLinkOperation, updateLinkOperation];
