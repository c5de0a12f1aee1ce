// The file by which a command finds the running daemon: its address, a key that was drawn when it started, and which
// process it is. Only its owner can read it; whoever can is allowed to steer the daemon.

import { z } from 'zod'
import type { Instant } from '#core/model/instant'

export const Door = z.strictObject({
  url: z.string().regex(/^http:\/\/(?:127\.0\.0\.1|\[::1\]):\d{1,5}$/),
  key: z.string().min(32).max(200),
  pid: z.int(),
  version: z.string(),
  since: z.string().transform((text) => text as Instant),
})
export type Door = z.infer<typeof Door>
