// What the codes of alerts mean.

import type { Codebook } from '#core/codes'

export const alertCodes: Codebook = {
  'DB-1701': {
    title: 'A channel has no address that can be used',
    means: 'Where its messages should go is no https address. Nothing is sent over it.',
    why: 'The secret that holds the address is something else, or plain http to another machine.',
    fix: 'Put the whole address, beginning with https://, where alerts.channels says. Plain http is for this computer only.',
    who: 'operations',
  },
  'DB-1702': {
    title: 'The receiver of a channel refused a message',
    means: 'It answered that it does not want it. The message is tried again; the pipelines go on.',
    why: 'The address was withdrawn, the signature is not the one it expects, or it wants another form.',
    fix: 'Make a new address there, put it where alerts.channels says, and try it: `dealbridge alerts test`.',
    who: 'operations',
  },
  'DB-1703': {
    title: 'A message could not be delivered yet',
    means: 'The receiver of a channel cannot be reached, is busy or fails. The message is tried again.',
    why: 'An outage, a limit, or no way out from this machine.',
    fix: 'Nothing to do, unless it lasts: then try the channel with `dealbridge alerts test`.',
    who: 'operations',
  },
  'DB-1704': {
    title: 'Microsoft does not accept the application that sends mail',
    means: 'Signing in as the application of a graphMail channel failed. No mail is sent.',
    why: 'The secret has ended or is wrong, or the tenant or client id is another one.',
    fix: 'Make a new secret in Entra and put it where alerts.channels says; then `dealbridge alerts test`.',
    who: 'operations',
  },
  'DB-1705': {
    title: 'The application may not send mail from this mailbox',
    means: 'Microsoft Graph knows the application and refuses the mailbox.',
    why: 'The application permission Mail.Send is missing or not consented to, a policy leaves this mailbox out, or there is no such mailbox.',
    fix: 'Grant Mail.Send (application) with admin consent, and let the policy include the mailbox of `from`.',
    who: 'operations',
  },
  'DB-1706': {
    title: 'What was told before cannot be read',
    means: 'The file that remembers which alerts were sent is damaged. Alerts go on, and some may come once more.',
    why: 'A disk fault, or somebody edited it.',
    fix: 'Nothing to do: it is written anew.',
    who: 'operations',
  },
}
