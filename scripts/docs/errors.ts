// docs/reference/errors.md: every code that dealbridge can show, from the codebooks of its parts.

import { connectorCodes } from '../../connectors/builtin.ts'
import { alertCodes } from '#alerts/codes'
import { assemblyCodes } from '#assembly/codes'
import { cliCodes } from '#cli/codes'
import { controlCodes } from '#control/codes'
import type { Codebook, CodeEntry } from '#core/codes'
import { mappingCodes } from '#core/mapping/codes'
import { reconcileCodes } from '#core/reconcile/codes'
import { daemonCodes } from '#daemon/codes'
import { engineCodes } from '#engine/codes'
import { ledgerCodes } from '#ledger/codes'
import { platformCodes } from '#platform/codes'
import { sandboxCodes } from '#sandbox/codes'
import { settingsCodes } from '#settings/codes'
import { madeBy, page, plain } from './markdown.ts'

export const allCodes: Codebook = {
  ...settingsCodes,
  ...alertCodes,
  ...assemblyCodes,
  ...controlCodes,
  ...daemonCodes,
  ...cliCodes,
  ...platformCodes,
  ...connectorCodes,
  ...mappingCodes,
  ...reconcileCodes,
  ...engineCodes,
  ...ledgerCodes,
  ...sandboxCodes,
}

/** What the first two digits of a code say. */
export const families: Readonly<Record<string, string>> = {
  '10': 'The configuration file',
  '11': 'This machine, the daemon, commands',
  '12': 'The connection to Partner Center',
  '13': 'The connection to Salesforce',
  '14': 'Credentials',
  '15': 'The connection to Dynamics',
  '17': 'Alerts',
  '20': 'Mapping files',
  '21': 'What a mapping says',
  '22': 'The data of one deal',
  '30': 'Calls and retries',
  '31': 'Outcomes and brakes',
  '32': 'Refused by Salesforce',
  '33': 'Refused by Dynamics',
  '34': 'Refused by Partner Center',
  '35': 'Conflicts and links',
  '40': 'The ledger',
  '90': 'Mistakes of dealbridge itself',
}

const head = `# Error codes

For whoever was shown one: operations, CRM admins, sellers. Look one up; the whole page is long.

\`dealbridge explain DB-3107\` prints the same words in a terminal, without a network. A code keeps its meaning in every
version and every language. Each says who can mend it, and nobody else has to be asked.`

export function errorsPage(): string {
  const byFamily = Map.groupBy(entries(), ([code]) => code.slice(3, 5))
  const chapters = [...byFamily].map(([family, of]) => [families[family] ?? family, family, of] as const)
  const contents = chapters.map(([title, family, of]) => `- [${family}xx ${title}](#${family}xx) (${of.length})`)
  const sections = chapters.flatMap(([title, family, of]) => [`## ${family}xx\n\n${title}.`, ...of.map(section)])
  return page(madeBy("the parts' codebooks"), head, contents.join('\n'), ...sections)
}

const entries = (): readonly (readonly [string, CodeEntry])[] =>
  Object.entries(allCodes)
    .flatMap(([code, entry]) => (entry ? [[code, entry] as const] : []))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

const section = ([code, { title, means, why, fix, who }]: readonly [string, CodeEntry]): string =>
  [
    `### ${code}`,
    `**${plain(title)}**`,
    [
      `- *What it means:* ${plain(means)}`,
      `- *Why it happens:* ${plain(why)}`,
      `- *How to mend it:* ${plain(fix)}`,
      `- *Who can:* ${who}`,
    ].join('\n'),
  ].join('\n\n')
