// The way out to the vendors, where a company has one way out. What the environment says of proxies is for others.

import { z } from 'zod'
import { SecretRef } from '#spi'

/** A password in the address would be a secret in the file. */
function isProxy(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'http:' && url.hostname !== '' && url.username === '' && url.pathname + url.search === '/'
}

export const Network = z.strictObject({
  proxy: z
    .string()
    .refine((text) => SecretRef.safeParse(text).success || isProxy(text), {
      error: 'must be like http://proxy.fabrikam.example:3128, or env:NAME where the address holds a password',
    })
    .optional()
    .describe('A proxy for everything that leaves this computer; vendors are reached through a tunnel.'),
})
