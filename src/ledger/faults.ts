// What can go wrong with a ledger on a disk, each as an error that names its remedy. The book of codes is codes.ts.

import { asSyncError, Bug, FixConfig, type SyncError } from '#core/errors'

const operations = 'operations'

export const inUse = (directory: string, owner: string): FixConfig =>
  new FixConfig(
    `The ledger in ${directory} is in use by ${owner}. One process may use it at a time: stop that one, or ask it ` +
      'instead (dealbridge status).',
    { code: 'DB-4001', who: operations },
  )

export const onNetworkDisk = (directory: string): FixConfig =>
  new FixConfig(
    `${directory} is on a network file system, where a lock cannot be trusted and two processes could write one ` +
      'ledger. Put it on a disk of this machine (store.path), or use PostgreSQL (store.type).',
    { code: 'DB-4002', who: operations },
  )

export const damaged = (directory: string, file: string, what: string): FixConfig =>
  new FixConfig(
    `The ledger in ${directory} is damaged: ${file} ${what}. Nothing was changed, and nothing starts, because working ` +
      'with half a ledger could create every deal again. Restore a backup (dealbridge service restore), or move the ' +
      'directory away to start anew: both sides are then adopted, not created.',
    { code: 'DB-4003', who: operations, facts: { file } },
  )

export const partMissing = (directory: string, file: string, what: string): FixConfig =>
  new FixConfig(
    `The ledger in ${directory} is incomplete: ${file} ${what}. This is not a first start, so nothing starts. Put the ` +
      'file back, restore a backup (dealbridge service restore), or move the directory away to start anew: both sides ' +
      'are then adopted, not created.',
    { code: 'DB-4004', who: operations, facts: { file } },
  )

export const halfRestored = (directory: string): FixConfig =>
  new FixConfig(
    `A restore into ${directory} was cut off. Run it again (dealbridge service restore --force); what stood there ` +
      'before is in the directory before-restore-1.',
    { code: 'DB-4014', who: operations },
  )

export const tooNew = (directory: string, version: number, ours: number): FixConfig =>
  new FixConfig(
    `The ledger in ${directory} was written by a newer dealbridge (its version is ${version}, this program knows ` +
      `${ours}). Start the newer program again, or restore a backup made before the upgrade.`,
    { code: 'DB-4005', who: operations, facts: { version, ours } },
  )

export const otherKey = (directory: string, wanted: string, given: string | null): FixConfig =>
  new FixConfig(
    given === null
      ? `The ledger in ${directory} is sealed with key ${wanted}, and no key is configured. Set store.encryptionKey to it.`
      : `The ledger in ${directory} is sealed with key ${wanted}, and store.encryptionKey is key ${given}. Configure ` +
          'the key it was sealed with; to change keys, name the old one in store.formerKeys until it is no longer used.',
    { code: 'DB-4006', who: operations, facts: { wanted } },
  )

export const notEmpty = (directory: string): FixConfig =>
  new FixConfig(`${directory} already holds something. Name a new directory, or say --force to set it aside.`, {
    code: 'DB-4012',
    who: operations,
  })

export const stopped = (cause: unknown): FixConfig =>
  new FixConfig(
    'The ledger stopped after a write to disk failed, and takes no more. What was acknowledged is safe. Mend the cause ' +
      'and start again: work goes on where it stopped.',
    { code: 'DB-4010', who: operations, cause },
  )

export const closed = (): Bug => new Bug('The ledger was used after it was closed.', { code: 'DB-4016' })

/** Whatever was thrown, as an error with a remedy: a refusal of the disk or the system by its errno. */
export function ledgerFault(error: unknown, directory: string): SyncError {
  const errno = errnoOf(error)
  return errno === undefined ? asSyncError(error) : diskFault(errno, error, directory)
}

function diskFault(errno: string, cause: unknown, directory: string): SyncError {
  const details = { who: operations, cause, facts: { errno } } as const
  if (errno === 'ENOSPC' || errno === 'EDQUOT')
    return new FixConfig(`The disk under ${directory} is full. Free some space and start again.`, {
      code: 'DB-4008',
      ...details,
    })
  if (errno === 'EROFS' || errno === 'EACCES' || errno === 'EPERM' || errno === 'ELOOP')
    return new FixConfig(
      `${directory} cannot be written (${errno}). The user dealbridge runs as must own it, with mode 0700, and the ` +
        'file system must not be read-only.',
      { code: 'DB-4007', ...details },
    )
  return new FixConfig(
    `The disk under ${directory} failed (${errno}). Look at the machine's own log before starting again; if it goes on, ` +
      'restore a backup on another disk.',
    { code: 'DB-4009', ...details },
  )
}

/** `ENOSPC` and the like, or a lock file that SQLite cannot use; undefined for what no system call threw. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^(E[A-Z0-9]+|ERR_SQLITE_ERROR)$/.test(code) ? code : undefined
}
