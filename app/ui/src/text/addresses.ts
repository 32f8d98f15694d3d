/** The address of a document on the web that a person may be sent to, or "" where its source gives none. */
export function pageAddress(address: string | null): string {
  return address && /^https?:\/\//i.test(address) ? address : "";
}
