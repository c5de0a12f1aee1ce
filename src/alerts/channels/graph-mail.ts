// A message as mail, sent from a mailbox of the company through Microsoft Graph by an application that may do nothing
// else (Mail.Send). Graph takes a mail with 202 and has no key against sending it twice, so a mail whose answer is lost
// may come twice; that is better than not at all.

import { FixConfig, type Host } from '#spi'
import type { GraphMail } from '#settings/schema/alerts'
import type { Channel } from './channel.ts'
import { openGraph } from './graph-client.ts'
import { graphToken } from './graph-token.ts'
import { mailOf } from './mail-text.ts'
import { assertTaken, type OpenDoor } from './post.ts'

export interface MailParts {
  readonly name: string
  readonly settings: GraphMail
  readonly http: OpenDoor
  readonly host: Pick<Host, 'clock' | 'secrets'>
}

export function graphMail({ name, settings, http, host }: MailParts): Channel {
  const token = graphToken({ channel: name, settings, host: { ...host, http } })
  const graph = openGraph({ channel: name, endpoint: settings.endpoint, http, token })
  return {
    name,
    send: async (letter, signal) => {
      const answer = await graph.post(
        `/users/${encodeURIComponent(settings.from)}/sendMail`,
        mailOf(letter, settings),
        signal,
      )
      if (answer.status === 401) throw refusedApplication(name)
      if (answer.status === 403 || answer.status === 404) throw refusedMailbox(name, settings.from)
      assertTaken(answer, name, host.clock.now())
    },
    close: () => http.close(),
  }
}

const refusedApplication = (name: string): FixConfig =>
  new FixConfig(`Microsoft Graph does not accept the application of the alert channel "${name}".`, {
    code: 'DB-1704',
    who: 'operations',
  })

const refusedMailbox = (name: string, from: string): FixConfig =>
  new FixConfig(`The application of the alert channel "${name}" may not send mail from ${from}.`, {
    code: 'DB-1705',
    who: 'operations',
  })
