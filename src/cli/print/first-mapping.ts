// What `init` found in an org, and what is still to be done.

import type { FittedReport } from '#control/mappings/first'
import type { Crm } from './first-config.ts'
import type { Paint } from './paint.ts'
import { clip, plural } from './words.ts'

/** Where the fields a CRM needs of us are written, and the commands of its own tools that bring them there. */
export const packageFolders: Readonly<Record<Crm, string>> = {
  salesforce: 'salesforce/dealbridge-fields',
  dynamics: 'dynamics/dealbridge-solution',
}

const deploy: Readonly<Record<Crm, readonly string[]>> = {
  salesforce: ['cd salesforce/dealbridge-fields && sf project deploy start -d force-app -d example'],
  dynamics: [
    'pac solution pack --zipfile dealbridge.zip --folder dynamics/dealbridge-solution',
    'pac solution import --path dealbridge.zip',
  ],
}

export interface FittedPrint {
  readonly crm: Crm
  readonly paint: Paint
  /** Can we say how this field is made? */
  readonly isOurs: (field: string) => boolean
}

export function fittedLines(report: FittedReport, { crm, paint, isOurs }: FittedPrint): readonly string[] {
  const { found, wished, stagesPlaced, stagesOpen, leftOut, left } = report
  const missing = missingFields(report).filter(isOurs)
  const strange = missingFields(report).filter((field) => !isOurs(field))
  const others = leftOut.filter(({ code }) => code !== fieldCode)
  return [
    `  ${paint.good('✓')} ${found} of ${plural(wished, 'suggested field')} found by name`,
    `  ${paint.good('✓')} ${stagesPlaced} of ${plural(stagesPlaced + stagesOpen, 'stage')} placed by name${stagesOpen > 0 ? `, ${stagesOpen} for you to look at` : ''}`,
    ...(missing.length === 0
      ? []
      : [
          `  ${paint.warn('!')} ${plural(missing.length, 'field')} of the mapping ${missing.length === 1 ? 'does' : 'do'} not exist yet: ${clip(missing.join(', '), 160)}`,
          `      written to ${packageFolders[crm]}/; your own tools bring them there:`,
          ...deploy[crm].map((command) => `        ${command}`),
          '      Their lines stand as comments until then; dealbridge init --force brings them back.',
        ]),
    ...(strange.length === 0
      ? []
      : [`  ${paint.warn('!')} not in this org, and left out: ${clip(strange.join(', '), 160)}`]),
    ...(others.length === 0
      ? []
      : [
          `  ${paint.warn('!')} ${plural(others.length, 'part')} of the example ${others.length === 1 ? 'stands' : 'stand'} as comments, with the reason above: ${sectionsOf(others)}`,
        ]),
    ...(left.length === 0
      ? []
      : [`  ${paint.warn('!')} ${plural(left.length, 'problem')} left for you: dealbridge mappings validate`]),
  ]
}

const fieldCode = 'DB-2101'

/** Fields by name, as the CRM's admin makes them. */
export function missingFields({ leftOut, toMake }: FittedReport): readonly string[] {
  const named = leftOut
    .filter(({ code }) => code === fieldCode)
    .flatMap(({ because }) => /"([^"]+)" on /.exec(because)?.[1] ?? [])
  return [...new Set([...named, ...toMake])]
}

function sectionsOf(leftOut: FittedReport['leftOut']): string {
  const counts = Map.groupBy(leftOut, ({ section }) => section.split('.')[0] ?? '')
  return [...counts].map(([section, items]) => `${items.length} × ${section}`).join(', ')
}
