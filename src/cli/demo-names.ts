/** Of the demo's people in Discord, one affiliate and one operator. */
export const DEMO_USERS = { affiliate: "200000000000000001", operator: "200000000000000002" } as const;

/** The campaign of the demo that takes every platform and has a channel. */
export const DEMO_CAMPAIGN = "Northwind Audio: everywhere spring";

/** A video nobody has claimed yet: whoever tries Discord may, and its views stand still. */
export const DEMO_VIDEO = { id: "discorddemo", views: 1_000 } as const;
