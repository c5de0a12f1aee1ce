// Writes config/schema.json and config/default.yaml from the schemas of the settings: npm run schema

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Settings as Dynamics } from '../connectors/dynamics/settings.ts'
import { Settings as PartnerCenter } from '../connectors/partner-center/settings.ts'
import { Settings as Salesforce } from '../connectors/salesforce/settings.ts'
import { defaultFile } from '../src/settings/default-file.ts'
import { type Described, schemaFile } from '../src/settings/schema-file.ts'

const described: readonly Described[] = [
  { role: 'source', names: ['partner-center'], settings: PartnerCenter },
  { role: 'target', names: ['salesforce'], settings: Salesforce },
  { role: 'target', names: ['dynamics', 'dataverse'], settings: Dynamics },
]

/** The files as they should be, by their path in the project. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    [join('config', 'schema.json'), `${JSON.stringify(schemaFile(described), null, 2)}\n`],
    [join('config', 'default.yaml'), defaultFile()],
  ])
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  for (const [path, text] of generatedFiles()) writeFileSync(join(root, path), text)
}
