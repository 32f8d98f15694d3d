/**
 * A random id of 128 bits. `crypto.randomUUID` would need a secure context, which a page on plain HTTP in a company's network
 * is not.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
