// A referral that no pipeline has linked, by the beginning of its id: people copy it from a plan. What passes have seen is
// asked first; then the source itself, which lists all it has.

import { linkKey, REFERRAL, type LinkKey } from '#core/model/ids'
import type { Runner } from '#assembly/runner'
import { ambiguousDeal, prefixMin } from './deals.ts'
import { notebookOf } from './notebook.ts'

/** An id of this length is whole already: it can be asked for. */
const wholeLength = 32

/** The whole id; what was given, where nothing or more than one thing begins with it. */
export async function wholeId(runners: readonly Runner[], deal: string, signal: AbortSignal): Promise<string> {
  const prefix = deal.trim().toLowerCase()
  if (prefix.length < prefixMin || prefix.length >= wholeLength) return deal
  const seen = new Set<LinkKey>()
  for (const runner of runners) for (const key of (await notebookOf(runner)).roster.seenBy(prefix)) seen.add(key)
  if (seen.size === 0) for (const key of await listed(runners, prefix, signal)) seen.add(key)
  const [only, another] = seen
  if (only !== undefined && another !== undefined) throw ambiguousDeal(deal, [...seen])
  return only ?? deal
}

/** Pipelines that read one source are asked once. */
async function listed(runners: readonly Runner[], prefix: string, signal: AbortSignal): Promise<ReadonlySet<LinkKey>> {
  const found = new Set<LinkKey>()
  const asked = new Set<string>()
  for (const runner of runners) {
    const { source } = await runner.ready(signal)
    if (asked.has(source.name)) continue
    asked.add(source.name)
    for await (const { records } of source.session.changes([{ kind: REFERRAL, fields: [] }], null, signal))
      for (const { id } of records) if (linkKey(id).startsWith(prefix)) found.add(linkKey(id))
  }
  return found
}
