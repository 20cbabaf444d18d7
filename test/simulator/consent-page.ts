import type { VendorRequest, World } from "./vendor.ts";

/** What a vendor's page of consent was asked with, in words common to all. */
interface Consent {
  vendorName: string;
  clientId: string;
  redirectUri: string;
  state: string;
  scope: string;
  challenge: string | null;
  /** Who is signed in unless the visitor chooses somebody else. */
  defaultAccount: { id: string; name: string };
}

/**
 * The vendor's page of consent. A person chooses an account and allows or refuses; `decision=allow` and `account=<id>` in
 * the address do the same at once. Either way the visitor is sent back with `code` and `state`, or with `error`.
 */
export function consentPage(world: World, request: VendorRequest, consent: Consent): Response {
  const decision = request.query.get("decision");
  if (!URL.canParse(consent.redirectUri)) return new Response("redirect_uri is not valid", { status: 400 });
  if (decision === null) return page(world, request, consent);
  const back = new URL(consent.redirectUri);
  back.searchParams.set("state", consent.state);
  if (decision === "allow") {
    const { clientId, redirectUri, scope, challenge } = consent;
    const accountId = request.query.get("account") || consent.defaultAccount.id;
    back.searchParams.set(
      "code",
      world.authority.code({ clientId, redirectUri, scope, challenge, accountId }, request.now),
    );
  } else {
    back.searchParams.set("error", "access_denied");
    back.searchParams.set("error_description", "The user refused.");
  }
  return new Response(null, { status: 302, headers: { location: back.href } });
}

function page(world: World, { query }: VendorRequest, consent: Consent): Response {
  const told = world.people.all().map(({ id, name }) => ({ id, name }));
  const accounts = told.length > 0 ? told : [consent.defaultAccount];
  const hidden = [...query].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const choices = accounts.map(({ id, name }) => `<option value="${escaped(id)}">${escaped(name)}</option>`);
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated ${consent.vendorName}</title>
<style>body{font:16px/1.5 system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem}</style>
<h1>Simulated ${consent.vendorName}</h1><p>${escaped(consent.clientId)} asks for <code>${escaped(consent.scope)}</code>.</p>
<form>${hidden.join("")}<p><label>Account <select name="account">${choices.join("")}</select></label></p>
<p><button name="decision" value="allow">Allow</button> <button name="decision" value="refuse">Refuse</button></p></form></html>`;
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
