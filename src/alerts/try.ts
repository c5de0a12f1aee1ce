// Sends a message that says it is only a trial, over one channel or all, for `dealbridge alerts test`.

import { asSyncError, NeedsHuman, type SyncError } from '#core/errors'
import { nearest } from '#core/nearest'
import type { Settings } from '#settings/settings'
import { type ChannelParts, openChannels } from './channels/open.ts'
import type { Letter } from './wording.ts'

export interface Tried {
  readonly channel: string
  readonly type: string
  /** Null: it was taken. */
  readonly error: SyncError | null
}

type Wanted = Pick<Settings, 'alerts' | 'name'>

export async function tryChannels(
  { alerts, name }: Wanted,
  only: string | undefined,
  parts: ChannelParts & { readonly signal: AbortSignal },
): Promise<readonly Tried[]> {
  const channels = openChannels(alerts, parts)
  if (only !== undefined && !channels.has(only)) throw unknownChannel(only, [...channels.keys()])
  const tried: Tried[] = []
  for (const channel of channels.values()) {
    if (only === undefined || only === channel.name) {
      const error = await channel.send(trial(name, parts), parts.signal).then(() => null, asSyncError)
      parts.signal.throwIfAborted()
      tried.push({ channel: channel.name, type: alerts.channels[channel.name]?.type ?? '', error })
    }
    channel.close()
  }
  return tried
}

function trial(name: string, { clock }: Pick<ChannelParts, 'clock'>): Letter {
  const at = clock.now()
  const text = 'This is a trial: somebody typed dealbridge alerts test. Messages arrive here.'
  return {
    id: `trial-${at}`,
    subject: `[${name}] Trial of an alert channel`,
    lines: [{ text, advice: '', url: null, isOver: false }],
    more: 0,
    closing: 'Nothing has to be done.',
    document: { schema: 'dealbridge.alert/v1', id: `trial-${at}`, installation: name, at, notices: [], more: 0 },
  }
}

function unknownChannel(name: string, names: readonly string[]): NeedsHuman {
  const near = nearest(name, names)
  const among =
    names.length === 0 ? 'The configuration has none: see alerts.channels.' : `There are: ${names.join(', ')}.`
  return new NeedsHuman(
    `There is no alert channel "${name}". ${near === undefined ? among : `Did you mean "${near}"?`}`,
    { code: 'DB-1154', who: 'operations', choices: names },
  )
}
