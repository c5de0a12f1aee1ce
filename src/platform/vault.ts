// A sealed place for the few secrets that vendors hand to us while we run, above all a refresh token that is replaced
// at every use. Losing one locks the connection out until a person signs in again, so a put is on disk when it returns,
// and what it replaced is kept until the next one: between receiving a token and proving it, both are there.

import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FixConfig, parseJson, type SecretRef, type Secrets, stringifyJson, type Vault } from '#spi'
import { makePrivateDirectory, othersBits, readChecked, removeDrafts, writeDurably } from './files.ts'
import { isSealedWith, openSealed, parseKey, Sealed, sealText } from './vault/seal.ts'

/** Forgotten when the process ends: for tests and the sandbox. */
export function memoryVault(): Vault {
  const kept = new Map<string, { readonly now: string; readonly before: string | null }>()
  return {
    get: async (name) => kept.get(name)?.now ?? null,
    put: async (name, secret) => void kept.set(name, { now: secret, before: kept.get(name)?.now ?? null }),
    previous: async (name) => kept.get(name)?.before ?? null,
  }
}

/** One connection's part of a vault: no connection can read another's tokens. */
export const vaultOf = (vault: Vault, connection: string): Vault => ({
  get: async (name) => await vault.get(`${connection}/${name}`),
  put: async (name, secret) => await vault.put(`${connection}/${name}`, secret),
  previous: async (name) => await vault.previous(`${connection}/${name}`),
})

export interface VaultOptions {
  readonly directory: string
  /** Without a key, secrets are kept in files that only the service's own user may read. */
  readonly key?: SecretRef
  /** Keys it replaces: what they sealed is sealed anew when the vault is opened. */
  readonly formerKeys?: readonly SecretRef[]
  readonly secrets: Secrets
}

export interface DiskVault extends Vault {
  /** Are secrets sealed, or only guarded by the modes of their files? */
  readonly sealed: boolean
}

const bytesMax = 1024 * 1024

const Stored = z.strictObject({
  vault: z.literal(1),
  name: z.string(),
  secret: z.union([z.strictObject({ plain: z.string() }), Sealed]),
})
type Stored = z.infer<typeof Stored>

export async function openVault({ directory, key, formerKeys = [], secrets }: VaultOptions): Promise<DiskVault> {
  await makePrivateDirectory(directory)
  await removeDrafts(directory)
  const bytes = async (): Promise<Uint8Array | undefined> => key && parseKey(await secrets.read(key))
  const current = await bytes()
  const former = await Promise.all(formerKeys.map(async (one) => parseKey(await secrets.read(one))))
  if (current && former.length > 0) await sealAnew(directory, current, former)

  async function load(path: string, name: string): Promise<string | null> {
    const stored = await readStored(path, name)
    if (stored === null) return null
    if ('plain' in stored.secret) return stored.secret.plain
    const keyBytes = await bytes()
    if (!keyBytes) throw keyMissing(name)
    return openSealed(stored.secret, keyBytes, name)
  }

  async function store(name: string, secret: string): Promise<void> {
    const path = pathFor(directory, name)
    const keyBytes = await bytes()
    const stored: Stored = {
      vault: 1,
      name,
      secret: keyBytes ? sealText(secret, keyBytes, name) : { plain: secret },
    }
    const current = await readChecked(path, { bytesMax, forbidden: othersBits, follow: false })
    // First a second copy of the old one, then the new one in its place: at no moment is there none.
    if (current.is === 'read') await writeDurably(previousOf(path), current.bytes)
    await writeDurably(path, stringifyJson(stored))
  }

  const inTurn = turns()
  return {
    sealed: key !== undefined,
    get: async (name) => await inTurn(name, async () => await load(pathFor(directory, name), name)),
    put: async (name, secret) => await inTurn(name, async () => await store(name, secret)),
    previous: async (name) => await inTurn(name, async () => await load(previousOf(pathFor(directory, name)), name)),
  }
}

/** What a former key sealed, under the key of today: each file whole or not at all, so that it can end half way. */
async function sealAnew(directory: string, key: Uint8Array, former: readonly Uint8Array[]): Promise<void> {
  for (const file of await readdir(directory)) {
    const path = join(directory, file)
    const read = await readChecked(path, { bytesMax, forbidden: othersBits, follow: false })
    const stored = Stored.safeParse(read.is === 'read' ? parseJson(read.bytes.toString('utf8')) : undefined)
    // What is damaged or sealed otherwise says so when it is asked for.
    if (!stored.success || 'plain' in stored.data.secret) continue
    const { name, secret: sealed } = stored.data
    const opener = former.find((one) => isSealedWith(sealed, one))
    if (!opener) continue
    const secret = sealText(openSealed(sealed, opener, name), key, name)
    await writeDurably(path, stringifyJson({ ...stored.data, secret }))
  }
}

/** Readable for whoever looks into the directory, and different for every name. */
function pathFor(directory: string, name: string): string {
  const words = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
  return join(directory, `${words}.${createHash('sha256').update(name).digest('hex').slice(0, 12)}.json`)
}

const previousOf = (path: string): string => `${path}.previous`

async function readStored(path: string, name: string): Promise<Stored | null> {
  const read = await readChecked(path, { bytesMax, forbidden: othersBits, follow: false })
  if (read.is === 'absent') return null
  if (read.is === 'too-open') throw tooOpen(path)
  const parsed = Stored.safeParse(read.is === 'read' ? parseJson(read.bytes.toString('utf8')) : undefined)
  if (!parsed.success || parsed.data.name !== name) throw damaged(path)
  return parsed.data
}

/** One thing at a time for each name: a put must not overtake another's copy of the old secret. */
function turns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work, work)
    last.set(name, mine)
    return await mine
  }
}

const damaged = (path: string): FixConfig =>
  new FixConfig(
    `A secret that a vendor handed to us cannot be read back from ${path}. Restore the file, or sign in again: ` +
      'dealbridge connect sign-in.',
    { code: 'DB-1406' },
  )

const tooOpen = (path: string): FixConfig =>
  new FixConfig(
    `The vault's file ${path} can be read by others on this machine. Close it with chmod 600, and sign in again if ` +
      'somebody may have read it.',
    { code: 'DB-1403' },
  )

const keyMissing = (name: string): FixConfig =>
  new FixConfig(
    `The secret "${name}" was sealed with a key, and no key is configured now. Set store.encryptionKey again, or sign ` +
      'in anew: dealbridge connect sign-in.',
    { code: 'DB-1405' },
  )
