/**
 * Values of Rest.li 2.0 in a query, as they are once the percent-encoding is undone. The URNs that LinkedIn
 * lists have none of the characters that would have to stay encoded until then.
 * Source: linkedin.github.io/rest.li/spec/protocol.
 */

/** The elements of `List(a,b)`; none if the parameter is missing, null if it is no list. */
export function listIn(query: URLSearchParams, name: string): string[] | null {
  const sent = query.get(name);
  if (sent === null) return [];
  const inner = /^List\(([^()]*)\)$/.exec(sent)?.[1];
  if (inner === undefined) return null;
  return inner === "" ? [] : inner.split(",");
}

/** The only member of a record such as `(share:urn:li:share:1)`, null if it is none. */
export function memberIn(query: URLSearchParams, name: string): { key: string; value: string } | null {
  const [, key, value] = /^\((\w+):([^(),]+)\)$/.exec(query.get(name) ?? "") ?? [];
  return key === undefined || value === undefined ? null : { key, value };
}
