// What a secret's reference stands for. Read when first asked, again after ten minutes, and at once after a refusal, so
// that a rotated secret needs no restart. A secret lives in memory here and nowhere else.

import { join, resolve } from 'node:path'
import { type Clock, FixConfig, type SecretRef, type Secrets } from '#spi'
import { othersBits, readChecked } from './files.ts'

export interface SecretsOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What a relative `file:` starts from. */
  readonly root?: string
}

const keptMs = 10 * 60_000
const bytesMax = 64 * 1024

export function openSecrets(options: SecretsOptions): Secrets {
  const { clock, env = process.env, root = process.cwd() } = options
  const kept = new Map<SecretRef, { readonly secret: string; readonly at: number }>()
  return {
    read: async (ref, { fresh = false } = {}) => {
      const known = kept.get(ref)
      if (known && !fresh && clock.monotonicMs() - known.at < keptMs) return known.secret
      const secret = await readRef(ref, env, root)
      kept.set(ref, { secret, at: clock.monotonicMs() })
      return secret
    },
  }
}

type Env = Readonly<Record<string, string | undefined>>

async function readRef(ref: SecretRef, env: Env, root: string): Promise<string> {
  const form = ref.slice(0, ref.indexOf(':'))
  const name = ref.slice(form.length + 1)
  if (form === 'env') return fromEnv(name, env)
  if (form === 'credential') return await fromCredential(name, env)
  return await fromFile(resolve(root, name), ref, othersBits)
}

function fromEnv(name: string, env: Env): string {
  const secret = Object.hasOwn(env, name) ? env[name] : undefined
  if (secret !== undefined && secret !== '') return secret
  throw new FixConfig(`The environment variable ${name}, which holds a secret, is not set. Set it for the service.`, {
    code: 'DB-1401',
  })
}

async function fromCredential(name: string, env: Env): Promise<string> {
  const directory = env['CREDENTIALS_DIRECTORY']
  if (directory === undefined || directory === '')
    throw new FixConfig(
      `credential:${name} is handed over by systemd, and this process was not given any. ` +
        `Add LoadCredential=${name}:… to the unit, or use env: or file: instead.`,
      { code: 'DB-1404' },
    )
  if (!/^[\w.@-]{1,255}$/.test(name) || name.startsWith('.'))
    throw new FixConfig(`"${name}" is not a name systemd gives to a credential.`, { code: 'DB-1404' })
  // systemd hands credentials to the unit's own user, sometimes by way of its group; the world never reads them.
  return await fromFile(join(directory, name), `credential:${name}`, 0o007)
}

async function fromFile(path: string, ref: string, forbidden: number): Promise<string> {
  const read = await readChecked(path, { bytesMax, forbidden })
  if (read.is === 'too-open')
    throw new FixConfig(
      `The secret ${ref} can be read by others on this machine, so it is not used. Close it with: chmod 600 ${path}`,
      { code: 'DB-1403' },
    )
  if (read.is !== 'read') throw unreadable(ref, read.is === 'unreadable' ? read.code : whyNot[read.is])
  // The line end that editors add is not part of the secret.
  const secret = read.bytes.toString('utf8').replace(/\r?\n$/, '')
  if (secret === '') throw unreadable(ref, 'it is empty')
  return secret
}

const whyNot = {
  absent: 'there is no such file',
  'too-large': 'it is larger than 64 KiB',
  'not-a-file': 'it is not a plain file',
} as const

const unreadable = (ref: string, why: string): FixConfig =>
  new FixConfig(`The secret ${ref} cannot be read: ${why}. Check the path, and who may read it.`, { code: 'DB-1402' })
