/** True for an address that never leaves this machine: localhost, 127.0.0.0/8 and ::1 (RFC 6761, RFC 6890). */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/**
 * Reads an issuer: an https URL (http on loopback) without user, query or fragment (OpenID Connect Discovery 1.0 section 3).
 * Throws a TypeError whose sentence says what is wrong with the setting.
 */
export function issuerUrl(issuer: string): URL {
  if (!URL.canParse(issuer)) throw new TypeError(`the issuer "${issuer}" is not a URL`)
  const url = new URL(issuer)
  const plain = !url.username && !url.password && !/[?#]/.test(issuer)
  if (!plain) throw new TypeError(`the issuer "${url.origin}${url.pathname}" must be without user, query or fragment`)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw new TypeError(`the issuer "${issuer}" must use https; only on loopback may it use http`)
  }
  return url
}
