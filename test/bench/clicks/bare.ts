/** A Worker that only answers 302: what following a tracked link is measured against. */
export default {
  fetch: () =>
    new Response(null, { status: 302, headers: { Location: "https://shop.example.com/launch?ref=bare" } }),
} satisfies ExportedHandler;
