// A person who answers the questions that dealbridge asks: between two passes, now and then, and all of them once it is
// quiet.

import { instantFromMs } from '#spi'
import type { Link } from '#core/model/link'
import type { KeptLedger, LedgerChange } from '#ledger'
import type { Dice } from './dice.ts'
import type { Answered } from './history.ts'

export async function answerQuestions(
  ledger: KeptLedger,
  how: { readonly nowMs: number; readonly dice: Dice; readonly all: boolean },
): Promise<readonly Omit<Answered, 'atMs'>[]> {
  const moves: LedgerChange[] = []
  const answers: Omit<Answered, 'atMs'>[] = []
  for await (const link of ledger.all('link')) {
    const asked = link.waiting.filter((wait) => wait.for === 'question' && wait.subject.startsWith('row:'))
    if (asked.length === 0 || (!how.all && !how.dice.chance(0.3))) continue
    moves.push({ put: 'link', key: link.key, value: answered(link, asked, how) })
    answers.push(...asked.map(({ subject }) => ({ key: link.key, row: subject.slice('row:'.length) })))
  }
  if (moves.length > 0) await ledger.commit(moves)
  return answers
}

function answered(
  link: Link,
  asked: Link['waiting'],
  { nowMs, dice }: { readonly nowMs: number; readonly dice: Dice },
): Link {
  const answers = asked.map(
    ({ subject }) => [subject.slice('row:'.length), dice.pick(['referral', 'crm'] as const)] as const,
  )
  const now = instantFromMs(nowMs)
  const waiting = link.waiting.map((wait) => (asked.includes(wait) ? { ...wait, until: now } : wait))
  return { ...link, waiting, answers: { ...link.answers, ...Object.fromEntries(answers) } }
}
