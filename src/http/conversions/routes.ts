import { getConversionOperation } from "./get-conversion.ts";
import { importConversionsOperation } from "./import-conversions.ts";
import { listConversionsOperation } from "./list-conversions.ts";
import { recordPostbackOperation } from "./postback.ts";
import { reportConversionsOperation } from "./report-conversions.ts";

export const conversionRoutes = [
  reportConversionsOperation,
  listConversionsOperation,
  getConversionOperation,
  recordPostbackOperation,
  importConversionsOperation,
];
