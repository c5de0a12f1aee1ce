// Forgets one deal, as somebody may demand: its link, what is on its way for it, the words of its history. A keyed mark
// stays, so that the next pass does not get to know it again. What stands at Microsoft and in the CRM is not touched.

import type { Link } from '#core/model/link'
import { markForgotten } from '#engine/forgotten'
import type { Runner } from '#assembly/runner'
import type { DealDone } from './answers.ts'
import { notebookOf } from './notebook.ts'

/** Nobody else may be at work with the pipeline. */
export async function forget(runner: Runner, link: Link, who: string): Promise<DealDone> {
  const { ledger, machine } = runner
  const at = machine.clock.now()
  const notebook = await notebookOf(runner)
  notebook.roster.forget(link.key)
  const mark = await markForgotten(ledger, link.key, { fresh: machine.random.uuid(), at })
  await ledger.forget(link.key, { at, who, also: [...mark, ...notebook.roster.changes()] })
  notebook.recount()
  const next =
    'Its link and the words of its history are gone from the ledger, and it is left alone from now on. Backups made ' +
    'before still hold it, and so do Microsoft and the CRM.'
  return { pipeline: runner.name, referral: link.referral, next }
}
