// Origins: a scheme, a host and a port, and nothing after them. Whom we may talk to is decided by comparing them whole.

/** Scheme and authority as written; the authority in plain ASCII, without a user and without a dot at its end. */
export const writtenOrigin = /^https?:\/\/(?:\[[0-9a-f:.]+\]|[a-z0-9._-]*[a-z0-9_-])(?::\d{1,5})?(?=[/?#]|$)/i

/** Where a cloud machine is told who it is. Plain http by design: the address leads to its own host and no further. */
export const machineIdentity = 'http://169.254.169.254'

/** `https://host`, with or without a port, or plain http to this computer; nothing after it. */
export function isOrigin(text: string): boolean {
  const parsed = writtenOrigin.test(text) ? URL.parse(text) : null
  return parsed !== null && parsed.origin === text && (isSecureEnough(parsed) || text === machineIdentity)
}

/** Encrypted, or never leaving this computer. */
export function isSecureEnough(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
}

/** This computer, by name or by address. As a URL writes it: an IPv6 address in brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
