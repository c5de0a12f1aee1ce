// What the codes of the verbs mean, at length: whom or what a person named, and what there is to name.

import type { Codebook } from '#core/codes'
import { mappingDeskCodes } from './mappings/codes.ts'

export const controlCodes: Codebook = {
  ...mappingDeskCodes,
  'DB-1104': {
    title: 'The ledger is not encrypted',
    means: 'Whoever can read the ledger’s files can read names, amounts and contact details of deals.',
    why: 'No store.encryptionKey is configured.',
    fix: 'Make a key with `openssl rand -base64 32`, keep it where secrets are kept, and name it in store.encryptionKey. What is stored is sealed in the background.',
    who: 'operations',
  },
  'DB-1105': {
    title: 'No daemon is running',
    means: 'The command is for a running daemon, and none works on this store.',
    why: 'It was not started, has ended, or uses another store.path.',
    fix: 'Start it with `dealbridge run`, or look at the service: systemctl status dealbridge.',
    who: 'operations',
  },
  'DB-1106': {
    title: 'The daemon does not answer',
    means: 'A daemon holds the ledger, but could not be asked.',
    why: 'It is starting, ending or busy, or the file that tells where it listens belongs to another user.',
    fix: 'Try again in a moment, as the user the daemon runs as.',
    who: 'operations',
  },
  'DB-1150': {
    title: 'No such deal',
    means: 'Nothing is known under the id that was given.',
    why: 'A slip of the finger, a deal of another pipeline, or a referral that no mapping takes: such a one is found by its whole id only.',
    fix: '`dealbridge referrals list` shows the ids that are known.',
    who: 'operations',
  },
  'DB-1151': {
    title: 'More than one deal fits',
    means: 'The beginning of the id fits several deals.',
    why: 'It is too short, or two pipelines carry the same referral.',
    fix: 'Give more of the id, or name the pipeline with --pipeline.',
    who: 'operations',
  },
  'DB-1152': {
    title: 'No such question',
    means: 'The deal asks nothing about that field just now, or asks about several and none was named.',
    why: 'The question was answered, or settled itself because both sides became equal.',
    fix: '`dealbridge explain <referral>` shows what it waits for.',
    who: 'operations',
  },
  'DB-1153': {
    title: 'Nothing to release',
    means: 'No outcome of this deal is being held.',
    why: 'It has gone already, or its stage was put back.',
    fix: '`dealbridge explain <referral>` shows where it stands.',
    who: 'operations',
  },
  'DB-1154': {
    title: 'No such pipeline or connection',
    means: 'The name is not in the configuration.',
    why: 'A slip of the finger, or another profile.',
    fix: 'Use one of the names the message lists.',
    who: 'operations',
  },
  'DB-1155': {
    title: 'A plan for another pipeline',
    means: 'The saved plan belongs to a pipeline that is not to be written.',
    why: 'It was made with another configuration, or --pipeline names another one.',
    fix: 'Make the plan again, or leave out --pipeline.',
    who: 'operations',
  },
  'DB-1164': {
    title: 'The mapping never makes such a record',
    means: 'A new account or contact was asked for, and the mapping only ever finds them.',
    why: 'Its lookup says whenNone: leaveEmpty or fail.',
    fix: 'Name a record that exists with --record, or let the lookup make one: whenNone: create.',
    who: 'CRM admin',
  },
  'DB-1114': {
    title: 'A ledger in memory has nothing on disk',
    means: 'The ledger is kept in memory, so there is nothing to copy and nowhere to restore to.',
    why: 'store.type is memory, which forgets everything when the process ends.',
    fix: 'Use store.type: lowdb where something shall be remembered.',
    who: 'operations',
  },
  'DB-1170': {
    title: 'The connection asks for no calls',
    means:
      'Its vendor could call when something changes, but the settings name no address for it, or there is no such thing.',
    why: 'webhook.url is not set. Only Partner Center calls.',
    fix: 'Nothing to do: polling misses nothing. For changes within seconds, set webhook: url and certificateOrigins, and register it with `dealbridge connect webhook`.',
    who: 'operations',
  },
  'DB-1165': {
    title: 'There is nothing to answer',
    means: 'A referral was to be accepted or declined by hand, and it has an answer, or no record that could show one.',
    why: 'Somebody answered it before, it is over, or its record is still to be made.',
    fix: 'See where it stands: `dealbridge explain <deal>`. Where no record is linked, answer it in Partner Center.',
    who: 'operations',
  },
  'DB-1171': {
    title: 'Somebody else registered meanwhile',
    means: 'The registration at the vendor is no longer the one that was shown. Nothing was replaced.',
    why: 'Another program, or another person, registered its own address in between.',
    fix: 'Run `dealbridge connect webhook` again, and look whose it is now.',
    who: 'Partner Center admin',
  },
  'DB-1172': {
    title: 'A test call did not arrive',
    means:
      'The vendor was asked to call this daemon, and reports that it could not. Changes are found by polling all the same.',
    why: 'The address leads somewhere else, a proxy refuses the call, or the signature could not be believed.',
    fix: 'From outside, POST to webhook.url has to reach /push/<connection> of the daemon (http.listen). If it does, the log names why a call was refused.',
    who: 'operations',
  },
  'DB-1115': {
    title: 'Nobody signs in there',
    means: 'The connection uses credentials of its own, so there is no person to sign in.',
    why: 'Only Partner Center acts for a person; the CRMs are reached by an application.',
    fix: 'Set its credentials in the configuration, and try them with `dealbridge connect test`.',
    who: 'operations',
  },
}
