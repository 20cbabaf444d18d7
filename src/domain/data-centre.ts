/**
 * AS numbers of networks that rent out computers: whoever follows a link from there is hardly a person. Kept short and
 * to names that are hosts and nothing else; what is not on it is caught by its rate or its name.
 *
 * Not on it: Cloudflare (13335), Akamai (36183) and Fastly (54113), where private relays such as Apple's let people out;
 * Google's own network (15169), which people leave by its VPN; and hosts that live of VPNs.
 *
 * Source: the registrations of the regional registries, as https://www.peeringdb.com shows them
 */
const DATA_CENTRES: ReadonlyMap<number, string> = new Map([
  [14618, "Amazon"],
  [16509, "Amazon"],
  [8075, "Microsoft Azure"],
  [396982, "Google Cloud"],
  [31898, "Oracle Cloud"],
  [36351, "IBM Cloud"],
  [45102, "Alibaba Cloud"],
  [37963, "Alibaba Cloud, China"],
  [132203, "Tencent Cloud"],
  [45090, "Tencent Cloud, China"],
  [136907, "Huawei Cloud"],
  [55990, "Huawei Cloud, China"],
  [14061, "DigitalOcean"],
  [63949, "Linode"],
  [20473, "Vultr"],
  [16276, "OVHcloud"],
  [24940, "Hetzner"],
  [213230, "Hetzner Cloud"],
  [212317, "Hetzner Cloud"],
  [12876, "Scaleway"],
  [51167, "Contabo"],
  [197540, "netcup"],
]);

/** @param asn an AS number; null if it is not known, which is no reason for suspicion */
export const isDataCentre = (asn: number | null): boolean => asn !== null && DATA_CENTRES.has(asn);
