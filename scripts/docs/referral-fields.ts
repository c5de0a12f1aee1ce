// docs/reference/referral-fields.md: every property of a referral that can be read, and what a mapping may do with it.

import { properties, vendorProperties } from '../../connectors/partner-center/properties.ts'
import type { Property } from '#core/model/schema'
import { code, madeBy, page, plain, table } from './markdown.ts'

const arrows: Readonly<Record<Property['direction'], string>> = { both: '↔', toCrm: '→', none: '–' }

export const counted = (of: readonly Property[]): Readonly<Record<Property['direction'], number>> => ({
  both: of.filter(({ direction }) => direction === 'both').length,
  toCrm: of.filter(({ direction }) => direction === 'toCrm').length,
  none: of.filter(({ direction }) => direction === 'none').length,
})

export function referralFieldsPage(): string {
  const derived = properties.filter((property) => !vendorProperties.includes(property))
  const { both, toCrm, none } = counted(properties)
  const total = properties.length
  const head = `# Fields of a referral

For CRM admins. Look one up while you write a mapping.

${both + toCrm + none} of ${total} properties are classified: ${both} may go both ways (↔), ${toCrm} may only be read (→), ${none} are not for
mapping (–), and the last column says why. Names are Microsoft's own. \`personal\` marks what is about a person. A path through
a list reads that field of each of its members. A + marks what a new deal may be given under \`share\`, and ++ what it must be
given. A property that Microsoft adds later is kept with the record and reported once
([DB-1211](errors.md#db-1211)).`
  return page(
    madeBy('connectors/partner-center/properties'),
    head,
    '## What Partner Center sends',
    fields(vendorProperties),
    '## What is derived from it',
    'Values below `ref.` save you from raw codes. Those with ↔ may be written too.',
    fields(derived),
  )
}

const fields = (of: readonly Property[]): string =>
  table(
    ['Path', '', 'Type', 'What it is', 'Why no further'],
    of.map((property) => [
      code(property.path),
      `${arrows[property.direction]}${property.onCreate ? (property.onCreate === 'must' ? ' ++' : ' +') : ''}`,
      `${property.type}${property.list ? ', several' : ''}${property.personal ? ', personal' : ''}`,
      `${plain(property.about)}${property.values ? ` ${property.values.map(code).join(' ')}` : ''}`,
      plain(property.why ?? ''),
    ]),
  )
