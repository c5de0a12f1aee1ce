// The metadata that ships with the connector, held against what the connector expects and what the pretended org has:
// whoever deploys the package must get the org that everything else here is tested with.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageFields } from '../../../../connectors/salesforce/findings.ts'
import { customerObjects } from '../../../../connectors/salesforce/simulator/objects/customer.ts'
import { defaultStages, opportunityObjects } from '../../../../connectors/salesforce/simulator/objects/opportunity.ts'

const root = join(import.meta.dirname, '../../../../connectors/salesforce/package')
const objects = new Map(
  [...opportunityObjects(defaultStages, true), ...customerObjects()].map((object) => [object.name, object]),
)
const types: Readonly<Record<string, string>> = {
  Text: 'string',
  LongTextArea: 'textarea',
  DateTime: 'datetime',
  Url: 'url',
  Checkbox: 'boolean',
  Picklist: 'picklist',
  MultiselectPicklist: 'multipicklist',
}

interface Source {
  readonly part: string
  readonly object: string
  readonly name: string
  readonly xml: string
}

function sources(part: string): readonly Source[] {
  const base = join(root, part, 'main/default/objects')
  return readdirSync(base).flatMap((object) =>
    readdirSync(join(base, object, 'fields')).map((file) => ({
      part,
      object,
      name: file.replace('.field-meta.xml', ''),
      xml: readFileSync(join(base, object, 'fields', file), 'utf8'),
    })),
  )
}

const all = [...sources('force-app'), ...sources('example')]
const one = (xml: string, tag: string): string | undefined => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1]
const many = (xml: string, tag: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map((match) => match[1] ?? '')

describe('each field of the package', () => {
  test.each(all)('$object.$name is the one we are tested with', ({ object, name, xml }) => {
    const field = objects.get(object)?.fields.get(name)
    expect(one(xml, 'fullName')).toBe(name)
    expect(field?.type).toBe(types[one(xml, 'type') ?? ''])
    expect(one(xml, 'externalId') === 'true').toBe(field?.externalId)
    expect(one(xml, 'unique') === 'true').toBe(field?.unique)
    if (one(xml, 'length')) expect(field?.length).toBe(Number(one(xml, 'length')))
    const values = many(xml, 'fullName').slice(1)
    expect(values).toEqual((field?.values ?? []).map(({ value }) => value))
    if (values.length > 0) expect(one(xml, 'restricted') === 'true').toBe(field?.restricted)
  })
})

test('the required part holds exactly the fields that the check looks for', () => {
  expect(
    sources('force-app')
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([...packageFields].toSorted())
})

test.each([
  ['force-app', 'dealbridge'],
  ['force-app', 'dealbridge_seller'],
  ['example', 'dealbridge_example'],
])('%s: permission set %s covers every field of its part, and never allows a deletion', (part, name) => {
  const xml = readFileSync(join(root, part, `main/default/permissionsets/${name}.permissionset-meta.xml`), 'utf8')
  const expected = sources(part).map((source) => `${source.object}.${source.name}`)
  expect(many(xml, 'field').toSorted()).toEqual(expected.toSorted())
  expect([...many(xml, 'allowDelete'), ...many(xml, 'modifyAllRecords')]).not.toContain('true')
})
