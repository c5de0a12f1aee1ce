// The codes of the ledger, at length.

import type { Codebook } from '#core/codes'

const who = 'operations'

export const ledgerCodes: Codebook = {
  'DB-4001': {
    title: 'The ledger is in use by another process',
    means: 'A second dealbridge was started on a directory that another one is working with. The second one stopped.',
    why: 'Two writers would each know half of what was done, and would do the other half again.',
    fix: 'Stop one of them. Commands that only look or ask (status, explain, plan) reach the running daemon by themselves. In a rolling update, let the old one end before the new one starts.',
    who,
  },
  'DB-4002': {
    title: 'The ledger is on a network file system',
    means: 'store.path is on NFS, SMB, a FUSE mount or the like.',
    why: 'Locks and flushes there do not always mean what they say; two machines could write one ledger, or an acknowledged write could vanish.',
    fix: 'Put store.path on a disk of the machine, or use store.type: postgres. If you know that this mount is only ever used by one machine, store.allowNetworkDisk: true accepts it.',
    who,
  },
  'DB-4003': {
    title: 'The ledger is damaged',
    means: 'A file of the ledger does not hold what was written to it. The message names the file and the place.',
    why: 'A failing disk, a copy made while dealbridge was running, or an edit by hand. An unfinished last write is not damage: it is cut off and noted, because it was never acknowledged.',
    fix: 'Restore the last backup. Without one, move the directory away and start: dealbridge then finds the pairs again by the keys both sides hold, adopts them, and creates nothing.',
    who,
  },
  'DB-4004': {
    title: 'A part of the ledger is missing or empty',
    means: 'Some of the files are there and others are not, or a file is shorter than it must be.',
    why: 'A half-finished copy or restore, or a clean-up that went too far. An empty file is never taken for a first start.',
    fix: 'Put the missing file back or restore the last backup. Without one, move the directory away and start: both sides are adopted.',
    who,
  },
  'DB-4005': {
    title: 'The ledger is newer than this program',
    means: 'It was written by a later version of dealbridge.',
    why: 'A downgrade. The later version may have stored what this one would misread.',
    fix: 'Start the later version, or restore a backup made before the upgrade.',
    who,
  },
  'DB-4006': {
    title: 'The ledger is sealed with another key',
    means: 'store.encryptionKey is missing, or is not the key the ledger was sealed with.',
    why: 'The key was changed or the wrong secret is being read. Nothing can be read without the right key.',
    fix: 'Configure the key it was sealed with. To change keys, set the new one as store.encryptionKey and name the old one in store.formerKeys; what is stored is sealed anew in the background.',
    who,
  },
  'DB-4007': {
    title: 'The ledger cannot be written',
    means: 'The operating system refuses: wrong owner or mode, or a read-only file system.',
    why: 'Started as another user than before, a volume mounted read-only, or a file system that protected itself after an error.',
    fix: 'Give the directory to the user dealbridge runs as, mode 0700. If the file system turned read-only by itself, look at the disk first.',
    who,
  },
  'DB-4008': {
    title: 'The disk is full',
    means: 'There was no room for the next entry, or not for the reserve that a clean stop needs.',
    why: 'Every write to Microsoft or the CRM is noted before it is made. What cannot be noted is not done.',
    fix: 'Free some space, then start again. Nothing is lost: what was under way is looked up at the vendors and settled.',
    who,
  },
  'DB-4009': {
    title: 'The disk failed',
    means: 'A read, a write or a flush ended with an error of the device.',
    why: 'After a failed flush nobody knows what is on the disk, so dealbridge stops rather than guess.',
    fix: 'Look at the log of the machine. Start again once the disk is well; if it goes on, restore a backup on another disk.',
    who,
  },
  'DB-4010': {
    title: 'The ledger takes no more writes',
    means: 'An earlier write failed, with the error that came before this one.',
    why: 'A ledger that cannot note what is done must not let anything be done.',
    fix: 'Mend the cause and start again. Work goes on where it stopped.',
    who,
  },
  'DB-4011': {
    title: 'An entry of the ledger does not read',
    means: 'An entry is whole on disk, but is not of the shape that this version writes.',
    why: 'This is a fault in dealbridge, or the entry was made by other software.',
    fix: 'Please report it with `dealbridge service bundle`. Meanwhile only the deal concerned stands still.',
    who: 'dealbridge',
  },
  'DB-4012': {
    title: 'The directory is not empty',
    means: 'A backup or a restore would have written over something.',
    why: 'A restore over a living ledger cannot be undone, so it is never done in silence.',
    fix: 'Name a new directory. `restore --force` sets what is there aside, under a name that says so, before it restores.',
    who,
  },
  'DB-4013': {
    title: 'The history was altered',
    means: 'An event is missing, was changed, or stands in another place than it was written.',
    why: 'Somebody or something other than dealbridge changed the files of the history.',
    fix: 'Compare with a backup. The links are not concerned: they are kept apart and verified at each start.',
    who,
  },
  'DB-4014': {
    title: 'A restore was cut off',
    means: 'The directory holds a part of a backup that was being restored.',
    why: 'The restore was interrupted. Starting on a part of a ledger could create deals again.',
    fix: 'Run the restore again with --force. What stood there before the first one is kept in before-restore-1.',
    who,
  },
  'DB-4015': {
    title: 'A commit or an entry is too large',
    means: 'More was to be noted at once than the ledger takes.',
    why: 'Everything in dealbridge has a bound, so that one odd record cannot exhaust the machine.',
    fix: 'Please report it with `dealbridge service bundle`: a part of dealbridge did not split its work.',
    who: 'dealbridge',
  },
  'DB-4016': {
    title: 'The ledger was used after it was closed',
    means: 'A part of dealbridge went on working while it was being stopped.',
    why: 'This is a fault in dealbridge. Nothing was written.',
    fix: 'Please report it with `dealbridge service bundle`.',
    who: 'dealbridge',
  },
  'DB-4017': {
    title: 'The key of the ledger is not a key',
    means: 'store.encryptionKey does not hold 32 bytes.',
    why: 'A password or an unfinished copy stands where a key must stand.',
    fix: 'Make one with `openssl rand -base64 32`, keep it where your secrets live, and keep a copy with your backups: without it they cannot be read.',
    who,
  },
}
