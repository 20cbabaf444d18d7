/** D1 takes 2 MB in one parameter. https://developers.cloudflare.com/d1/platform/limits/ */
const MOST_CHARACTERS = 1_000_000;

/**
 * Rows for json_each as JSON arrays, each small enough for one parameter, so that a set of any size is written by a few
 * statements of one batch. No rows make no slice.
 *
 * @param rows each well below the limit; longer ones would be refused by D1
 */
export function jsonSlices(rows: readonly unknown[], mostCharacters = MOST_CHARACTERS): string[] {
  const slices: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (length + text.length > mostCharacters) {
      slices.push([]);
      length = 0;
    }
    slices.at(-1)?.push(text);
    length += text.length + 1;
  }
  return slices.map((slice) => `[${slice.join(",")}]`);
}
