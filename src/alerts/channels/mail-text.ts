// A message as Graph wants a mail to be: plain text, to the addresses of the channel.

import type { GraphMail } from '#settings/schema/alerts'
import type { Letter, Line } from '../wording.ts'

export const addressesOf = ({ to }: Pick<GraphMail, 'to'>): readonly string[] =>
  to === 'recordOwner' ? [] : typeof to === 'string' ? [to] : to

export const mailOf = ({ id, subject, lines, closing }: Letter, settings: GraphMail) => ({
  message: {
    subject,
    body: {
      contentType: 'Text',
      content: [...lines.map(paragraph), closing, ''].join('\n'),
    },
    toRecipients: addressesOf(settings).map((address) => ({ emailAddress: { address } })),
    internetMessageHeaders: [{ name: 'x-dealbridge-id', value: id }],
  },
  saveToSentItems: false,
})

const paragraph = ({ text, advice, url }: Line): string =>
  [text, advice, url ?? '']
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('')
