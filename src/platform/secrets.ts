// What a secret's reference stands for. Read when first asked, again after ten minutes, and at once after a refusal, so
// that a rotated secret needs no restart. A secret lives in memory here and nowhere else.

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Clock, FixConfig, type SecretRef, type Secrets } from '#spi'
import { codeOf } from './transport/redact.ts'

export interface SecretsOptions {
  readonly clock: Clock
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
  return await fromFile(resolve(root, name), ref, 0o077)
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
  const text = await readGuarded(path, ref, forbidden)
  const secret = text.replace(/\r?\n$/, '')
  if (secret !== '') return secret
  throw new FixConfig(`The secret ${ref} is an empty file.`, { code: 'DB-1402' })
}

/** Looks at the opened file, not at its name, so that nothing can be swapped between the look and the read. */
async function readGuarded(path: string, ref: string, forbidden: number): Promise<string> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { mode, size } = await file.stat()
    const isFile = (mode & constants.S_IFMT) === constants.S_IFREG
    if (!isFile || size > bytesMax) throw unreadable(ref, isFile ? 'larger than 64 KiB' : 'not a plain file')
    if ((mode & forbidden) !== 0 && process.platform !== 'win32') throw tooOpen(ref, path)
    return await file.readFile('utf8')
  } catch (error) {
    if (error instanceof FixConfig) throw error
    throw unreadable(ref, codeOf(error) ?? 'unreadable')
  }
}

const unreadable = (ref: string, why: string): FixConfig =>
  new FixConfig(`The secret ${ref} cannot be read (${why}). Check the path and who may read it.`, { code: 'DB-1402' })

const tooOpen = (ref: string, path: string): FixConfig =>
  new FixConfig(
    `The secret ${ref} can be read by others on this machine, so it is not used. Close it with: chmod 600 ${path}`,
    { code: 'DB-1403' },
  )
