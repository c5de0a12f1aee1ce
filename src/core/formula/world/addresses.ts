// E-mail addresses and web sites, as far as finding a customer by them goes.

/** The host of an e-mail address or a web address, without `www.`; undefined when there is none. */
export function domainOf(text: string): string | undefined {
  if (text.length > 2048) return undefined
  const trimmed = text.trim().toLowerCase()
  const at = trimmed.lastIndexOf('@')
  const address = at === -1 ? trimmed : trimmed.slice(at + 1)
  const [host = ''] = address.replace(/^[a-z][a-z0-9+.-]*:\/\//, '').split(/[/?#:\s>]/)
  const bare = host.replace(/^www\./, '').replace(/\.$/, '')
  return /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u.test(bare) ? bare : undefined
}

/** An e-mail address as two people would call it the same. */
export const emailKey = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/^mailto:/, '')
