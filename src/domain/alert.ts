/** What somebody should look at. One open alert per cause: a repeat counts up. */
export interface AlertDraft {
  /**
   * `overclaim:<report>`, `high:<affiliate>:<platform>:<advertiser>`, `missing:<report>`, `contested:<post>`,
   * `trust:<affiliate>:<bucket>`, `platform:<name>`, `dead:<report>`, `author:<post>:<affiliate>:<advertiser>`,
   * `same_post:<platform>:<id at the vendor>`, `traffic:<submission>`
   */
  cause: string;
  category: AlertCategory;
  severity: AlertSeverity;
  title: string;
  message: string;
  advertiserId: string | null;
  campaignId: string | null;
  affiliateId: string | null;
  postId: string | null;
  reportId: string | null;
  platform: string | null;
  /** How often it happened. */
  times: number;
}

export const ALERT_CATEGORIES = ["FRAUD", "DATA_QUALITY", "SYSTEM_HEALTH", "TRUST"] as const;
export type AlertCategory = (typeof ALERT_CATEGORIES)[number];

export const ALERT_SEVERITIES = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

export const ALERT_STATUSES = ["OPEN", "ACKNOWLEDGED", "RESOLVED"] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

/** A draft with everything that is not about this alert left empty. */
export function alertDraft(
  draft: Pick<AlertDraft, "cause" | "category" | "severity" | "title" | "message"> & Partial<AlertDraft>,
): AlertDraft {
  return {
    advertiserId: null,
    campaignId: null,
    affiliateId: null,
    postId: null,
    reportId: null,
    platform: null,
    times: 1,
    ...draft,
  };
}
