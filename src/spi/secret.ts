// A secret in settings is a reference, never the secret itself.

import { z } from 'zod'

export const secretForms = ['env', 'file', 'credential'] as const

/** `env:NAME`, `file:PATH` or `credential:NAME`. A literal is refused, so that no secret lives in a config file. */
export const SecretRef = z
  .string()
  .regex(/^(env|file|credential):\S+$/, { error: 'secret-literal' })
  .brand<'SecretRef'>()
export type SecretRef = z.infer<typeof SecretRef>
