// What a person does to a whole pipeline: pause it, let it go on, set its mode. Kept in its ledger, with an event that
// says who it was.

import { unreachable } from '#core/invariant'
import { dropFact, putFact } from '#assembly/facts'
import type { Runner } from '#assembly/runner'
import type { NewEvent } from '#ledger'
import type { PipelineRequest } from './requests.ts'

export async function steer(runner: Runner, request: PipelineRequest): Promise<void> {
  const at = runner.machine.clock.now()
  const { who } = request
  const event = (details: NewEvent['details']): NewEvent => ({
    at,
    event: 'mode',
    link: null,
    run: null,
    who,
    change: null,
    code: null,
    details,
  })
  switch (request.do) {
    case 'pause':
      return await runner.ledger.commit([putFact('paused', { who, at })], [event({ paused: true })])
    case 'resume':
      runner.source.party.line.wake()
      runner.target.party.line.wake()
      return await runner.ledger.commit([dropFact('paused')], [event({ paused: false })])
    case 'mode': {
      const { mode } = request
      const over = runner.settings.mode
      const change = mode === over ? dropFact('mode') : putFact('mode', { mode, over, who, at })
      return await runner.ledger.commit([change], [event({ mode })])
    }
    default:
      return unreachable(request)
  }
}

export function nextAfter(request: PipelineRequest): string {
  if (request.do === 'pause') return 'Nothing is read or written until it is resumed.'
  if (request.do === 'resume') return 'The next pass begins at once where a daemon runs.'
  return `It works in mode ${request.mode} until the configuration file says another one.`
}
