// What an access token says of itself, for people to read. It is never relied on: the token is Microsoft's to check,
// and its text may be opaque.

import { z } from 'zod'
import { parseJson } from '#spi'

const Claims = z.object({
  tid: z.string().optional().catch(undefined),
  upn: z.string().optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
  unique_name: z.string().optional().catch(undefined),
})
type Claims = z.infer<typeof Claims>

function claimsIn(token: string): Claims | null {
  const [, payload] = token.split('.')
  if (payload === undefined || payload.length > 16_384) return null
  const claims = Claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8')))
  return claims.success ? claims.data : null
}

export function accountIn(token: string): string | null {
  const claims = claimsIn(token)
  return claims?.upn ?? claims?.preferred_username ?? claims?.unique_name ?? null
}

export const tenantIn = (token: string): string | null => claimsIn(token)?.tid ?? null
