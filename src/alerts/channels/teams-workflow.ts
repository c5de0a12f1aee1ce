// A message as an adaptive card, to the address that a Teams workflow ("when a Teams webhook request is received") gave
// out. The card shows; it can change nothing, because a forwarded card must not be a key.

import type { Clock } from '#spi'
import type { Letter } from '../wording.ts'
import type { Channel } from './channel.ts'
import { type Addressee, assertTaken, sent } from './post.ts'
import { withFreshSecret } from './webhook.ts'

export interface TeamsParts {
  readonly name: string
  readonly addressee: Addressee
  readonly clock: Clock
}

export function teamsWorkflow({ name, addressee, clock }: TeamsParts): Channel {
  async function post(letter: Letter, fresh: boolean, signal: AbortSignal): Promise<void> {
    const { http, url } = await addressee.reach(fresh)
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(cardOf(letter))
    const answer = await sent(http, { url, headers, body, name: 'alert.teams' }, { channel: name, signal })
    assertTaken(answer, name, clock.now())
  }
  return {
    name,
    send: async (letter, signal) => await withFreshSecret(async (fresh) => await post(letter, fresh, signal)),
    close: () => addressee.close(),
  }
}

const text = (words: string, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'TextBlock',
  text: words,
  wrap: true,
  ...more,
})

/** A link, and nothing that acts. */
const opens = (url: string) => ({
  type: 'ActionSet',
  spacing: 'None',
  actions: [{ type: 'Action.OpenUrl', title: 'Open', url }],
})

export const cardOf = ({ subject, lines, closing }: Letter) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        msteams: { width: 'Full' },
        body: [
          text(subject, { weight: 'Bolder', size: 'Medium' }),
          ...lines.flatMap(({ text: words, advice, url, isOver }) => [
            text(words, { spacing: 'Medium', color: isOver ? 'Good' : 'Default' }),
            ...(advice === '' ? [] : [text(advice, { isSubtle: true, spacing: 'None' })]),
            ...(url === null ? [] : [opens(url)]),
          ]),
          text(closing, { isSubtle: true, size: 'Small', spacing: 'Large' }),
        ],
      },
    },
  ],
})
