// From an empty folder to a changed, tested, published row, as an admin would go: over real HTTP, with the real
// connectors, the real planner and a ledger on disk.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kind } from '#spi'
import { folderCli, type FolderCli } from '../support/folder-cli.ts'

const timeout = 60_000
const mapping = 'mappings/cosell-salesforce.yaml'
const init = ['init', '--crm', 'salesforce', '--sandbox', '--timezone', 'Europe/Berlin', '--no-input']

/** What a plan would write, whichever file says so. */
function plannedIn(json: string): readonly string[] {
  const { changes } = JSON.parse(json.replaceAll('draft.yaml', mapping)) as { changes: readonly object[] }
  return changes.map((change) => JSON.stringify(change)).toSorted()
}

let cli: FolderCli
afterEach(async () => await cli.close())

describe('an org that has everything', () => {
  beforeEach(async () => {
    cli = await folderCli()
  })

  const auto = async (): Promise<void> => {
    await cli.run(init)
    await cli.edit('config/dealbridge.yaml', (text) => text.replace('mode: observe', 'mode: auto'))
    await cli.run(['sync'])
  }

  test('init to published, and back again', { timeout }, async () => {
    const begun = await cli.run(init)
    expect(begun.code).toBe(0)
    expect(begun.out).toContain(`  ${mapping}\n`)
    expect(begun.err).toContain('10 of 10 stages placed by name')
    expect(await cli.read(mapping)).not.toContain('Left out')
    expect(await cli.read('.dealbridge/schema/mapping.salesforce.json')).toContain('"const": "PC_Referral_Id__c"')

    expect(await cli.run(['mappings', 'test'])).toMatchObject({ code: 0, out: expect.stringContaining('All 17 pass.') })
    expect((await cli.run(['mappings', 'diff'])).err).toContain('has not worked with any mapping yet')
    const migrated = await cli.run(['mappings', 'fmt', '--migrate'])
    expect(migrated).toMatchObject({ code: 0, err: expect.stringContaining('one version of the grammar so far') })
    const [some = ''] = cli.source.referrals
    const seen = await cli.run(['mappings', 'preview', '--referral', some.slice(0, 8), '--no-impact'])
    expect(seen.out).toMatch(/, with your mapping +nothing is published yet\n/)
    expect(seen.out).toMatch(/LeadSource +→ +Microsoft Partner Center +set +mappings\/cosell-salesforce\.yaml:\d+/)

    await cli.edit('config/dealbridge.yaml', (text) => text.replace('mode: observe', 'mode: auto'))
    expect((await cli.run(['sync'])).code).toBeLessThan(2)

    // A row is changed; its own test says that it does something else now.
    await cli.edit(mapping, (text) => text.replace('"High", "Normal"', '"High", "Hot"'))
    const failing = await cli.run(['mappings', 'test'])
    expect(failing.code).toBe(1)
    expect(failing.out).toMatch(
      /✗ a German co-sell deal becomes .* mappings\/cosell-salesforce\.yaml:\d+\n {6}expected {2}Opportunity\.Priority__c = Normal\n {6}got {7}Opportunity\.Priority__c {3}Hot\n {6}decided by row 10 of fields, line \d+/,
    )
    expect(await cli.run(['mappings', 'publish', '--note', 'all hot', '--yes'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Not published. The version before keeps running.'),
    })

    await cli.edit(mapping, (text) => text.replace('Priority__c: Normal', 'Priority__c: Hot'))
    const asked = await cli.run(['mappings', 'publish', '--note', 'all hot'], ['y'])
    expect(asked.err).toMatch(/it would change [1-9]\d* deals: [1-9]\d* × Priority__c\./)
    expect(asked.questions).toEqual(['Publish it? [y/N] '])
    expect(asked).toMatchObject({
      code: 0,
      out: expect.stringContaining('Version 2 of cosell-salesforce is published'),
    })

    await cli.run(['sync'])
    const hot = cli.org.desk.all(kind('Opportunity')).filter(({ fields }) => fields['Priority__c'] === 'Hot')
    expect(hot.length).toBeGreaterThan(2)

    const back = await cli.run(['mappings', 'publish', '--restore', '1', '--note', 'too hot', '--yes'])
    expect(back.out).toContain('Version 3 of cosell-salesforce is published in cosell: version 1 again: too hot')
    expect(await cli.read(mapping)).toContain('"High", "Normal"')
    const { out } = await cli.run(['mappings', 'publish', '--list'])
    expect(out.match(/^\d +.*$/gm)?.map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      expect.stringMatching(/^3 \| .* \| anna \| cosell-salesforce \| \w{8} \| version 1 again: too hot$/),
      expect.stringMatching(/^2 \| .* \| anna \| cosell-salesforce \| \w{8} \| all hot$/),
      expect.stringMatching(/^1 \| .* \| dealbridge \| cosell-salesforce \| \w{8} \| \(the first\)$/),
    ])
    expect((await cli.run(['mappings', 'diff', '2', '3'])).out).toContain('~ fields Priority__c  formula')
  })

  test('a mistake is shown at its place, and mended where that needs no decision', { timeout }, async () => {
    await auto()
    const good = await cli.read(mapping)
    await cli.write(mapping, good.replace('  - crm: Amount\n', '  - crm: Amout\n'))
    const found = await cli.run(['mappings', 'validate'])
    expect(found.code).toBe(78)
    expect(found.out).toContain('There is no field "Amout" on Opportunity.')
    expect(found.out).toContain('│          ^^^^^ did you mean "Amount" (currency)?')
    expect(found.out).toContain('✗ 1 error in 1 file.   What is published keeps running as far as it fits the CRM.')

    // The pipeline goes on with what is published, and says so.
    expect((await cli.run(['sync'])).code).toBeLessThan(2)
    const status = await cli.run(['status', '--exit-code'])
    expect(status.out).toMatch(/! cosell: the mapping file cannot be used since .*, so version 1 works on: mappings/)
    expect(status.code).toBe(1)

    const json = JSON.parse((await cli.run(['mappings', 'validate', '--json'])).out) as {
      files: { problems: { range: { start: number; end: number }; edit: { text: string } }[] }[]
    }
    const [problem] = json.files[0]?.problems ?? []
    // docs/how-to/test-a-mapping.md promises these names.
    const file = ['file', 'pipeline', 'fixed', 'schemaAt', 'problems']
    const about = ['code', 'severity', 'what', 'where', 'hint', 'range', 'edit']
    expect(Object.keys(json).toSorted()).toEqual(['errors', 'files', 'schema', 'warnings'])
    expect(Object.keys(json.files[0] ?? {}).toSorted()).toEqual(file.toSorted())
    expect(Object.keys(problem ?? {}).toSorted()).toEqual(about.toSorted())
    const bytes = Buffer.from(await cli.read(mapping))
    expect(bytes.subarray(problem?.range.start, problem?.range.end).toString()).toBe('Amout')
    expect(problem?.edit.text).toBe('Amount')

    const mended = await cli.run(['mappings', 'validate', '--fix'])
    expect(mended).toMatchObject({ code: 0, err: `Mended 1 mistake in ${mapping}.\n` })
    expect(await cli.read(mapping)).toBe(good)
    await cli.run(['sync'])
    expect((await cli.run(['status'])).out).not.toContain('cannot be used')
  })

  test('what the CRM has lost since is found when it is asked, and named at its place', { timeout }, async () => {
    await auto()
    cli.org.admin.setValue(kind('Opportunity'), 'StageName', 'Value Proposition', false)
    expect((await cli.run(['mappings', 'validate'])).code).toBe(0)
    const found = await cli.run(['mappings', 'validate', '--live'])
    expect(found.code).toBe(78)
    expect(found.out).toMatch(/error {2}DB-2131\n {2}"Value Proposition" is (?:switched off in|not a stage of)/)
    expect(found.out).toMatch(/│ +- \{ referral: Accepted, step: Developed, +crm: Value Proposition \}\n +│ +\^{17}/)
    // It is remembered: the next one need not ask.
    expect((await cli.run(['mappings', 'validate'])).code).toBe(78)
  })

  test('a draft is looked at on one deal and on all of them, and writes nothing', { timeout }, async () => {
    await auto()
    await cli.write('draft.yaml', (await cli.read(mapping)).replace('"High", "Normal"', '"High", "Hot"'))
    const referral = cli.source.referrals.find((id) => cli.source.show(id).title.startsWith('Contoso AG')) ?? ''
    const marks = [cli.source.mark(), JSON.stringify(cli.org.desk.all(kind('Opportunity')))]

    const looked = await cli.run([
      'mappings',
      'preview',
      '--referral',
      referral,
      '--mapping',
      'draft.yaml',
      '--changed',
    ])
    expect(looked.out).toMatch(/Contoso AG – .*, with your draft {7}1 of \d+ values differ from version 1/)
    expect(looked.out).toMatch(/Priority__c +→ +Hot +\(was: Normal\) +formula +draft\.yaml:\d+/)
    expect(looked.out).toMatch(
      /On all \d+ linked deals it would change [1-9]\d* deals: [1-9]\d* × Priority__c\. {3}dealbridge plan --mapping draft\.yaml/,
    )
    expect(looked.out).toMatch(/0 outcomes, 0 refusals, about 1 API call\./)

    const planned = await cli.run(['plan', '--mapping', 'draft.yaml'])
    expect(planned.out).toMatch(/With this draft cosell would change [1-9]\d* records: [1-9]\d* × Priority__c\./)
    expect([cli.source.mark(), JSON.stringify(cli.org.desk.all(kind('Opportunity')))]).toEqual(marks)

    // Published, it is planned to do just that.
    const drafted = plannedIn((await cli.run(['plan', '--mapping', 'draft.yaml', '--json'])).out)
    await cli.write(mapping, (await cli.read('draft.yaml')).replaceAll('Priority__c: Normal', 'Priority__c: Hot'))
    expect((await cli.run(['mappings', 'publish', '--note', 'all hot', '--yes'])).code).toBe(0)
    const published = plannedIn((await cli.run(['plan', '--json'])).out)
    expect(drafted.length).toBeGreaterThan(0)
    expect(published).toEqual(drafted)
  })

  test('suggest, diff, fmt and docs', { timeout }, async () => {
    await auto()
    expect((await cli.run(['mappings', 'suggest', '--out', 'draft.yaml'])).err).toContain(
      '10 of 10 stages placed by name',
    )
    expect((await cli.run(['mappings', 'suggest', '--out', 'draft.yaml'])).code).toBe(3)
    expect(await cli.read('draft.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.dealbridge\/schema\/mapping\.salesforce\.json\n# Suggested/,
    )
    expect(await cli.run(['mappings', 'validate', 'draft.yaml', '--live'])).toMatchObject({ code: 0 })
    expect((await cli.run(['mappings', 'suggest', '--schema'])).out).toContain(
      '.dealbridge/schema/mapping.salesforce.json',
    )

    const diff = await cli.run(['mappings', 'diff', mapping, 'draft.yaml', '--exit-code'])
    expect(diff.out).toContain('- lookups')
    expect(diff.code).toBe(2)
    expect((await cli.run(['mappings', 'diff', mapping, mapping])).out).toContain('They mean the same.')

    await cli.edit(mapping, (text) => text.replace('\nmatch:\n', '\nmatch:   \n'))
    expect(await cli.run(['mappings', 'fmt', '--check'])).toMatchObject({ code: 1 })
    const before = await cli.read(mapping)
    expect(await cli.run(['mappings', 'fmt'])).toMatchObject({ code: 0, out: expect.stringContaining('changed') })
    expect(await cli.read(mapping)).toBe(before.replaceAll(/[ \t]+$/gm, ''))

    const docs = await cli.run(['mappings', 'docs'])
    expect(docs.out).toContain('| details.dealValue | ↔ | Amount |')
  })

  test('files are never written over unasked', { timeout }, async () => {
    await cli.write('.gitignore', 'mine\n')
    const first = await cli.run(init)
    expect(first.err).toContain('left alone: .gitignore')
    expect(await cli.read('.gitignore')).toBe('mine\n')
    await cli.edit(mapping, (text) => `${text}# mine\n`)
    const again = await cli.run(init)
    expect(again.err).toContain(mapping)
    expect(await cli.read(mapping)).toContain('# mine')
    await cli.run([...init, '--force'])
    expect(await cli.read(mapping)).not.toContain('# mine')
  })

  test('without flags and without anybody there, the flag is named', async () => {
    expect(await cli.run(['init'])).toMatchObject({ code: 3, err: expect.stringContaining('--crm') })
    expect(await cli.run(['init', '--crm', 'salesforce'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('--url'),
    })
  })

  test('on a terminal, ten questions at most, each passed over with Enter', { timeout }, async () => {
    const { code, questions } = await cli.run(['init'], ['', '', '', '', '', '', '', '', 'n', ''])
    expect(code).toBe(0)
    expect(questions.length).toBeLessThanOrEqual(10)
    expect(await cli.read('config/dealbridge.yaml')).toContain('flow: clientCredentials')
  })
})

describe('an org that lacks much of what the shipped mapping names', () => {
  const own = (name: string): boolean => name.endsWith('__c')

  beforeEach(async () => {
    // Its people are others, too.
    const answers = (body: string): string => body.replaceAll('@fabrikam.example', '@contoso.example')
    cli = await folderCli({ org: { multiCurrency: false }, answers })
    const text = await cli.org.handle({
      method: 'GET',
      url: new URL('http://127.0.0.1/services/data/v67.0/sobjects/Opportunity/describe'),
      headers: {},
      body: '',
    })
    const { fields } = JSON.parse(text.body) as { fields: { name: string }[] }
    for (const { name } of fields.filter((field) => own(field.name)))
      cli.org.admin.removeField(kind('Opportunity'), name)
    cli.org.admin.removeField(kind('Account'), 'DUNS__c')
    for (const stage of ['New from Microsoft', 'Declined', 'Expired at Microsoft'])
      cli.org.admin.setValue(kind('Opportunity'), 'StageName', stage, false)
  })

  test('gets what is left of it, valid and tested, with the rest as comments', { timeout }, async () => {
    const { code, out, err } = await cli.run(init)
    expect(code).toBe(0)
    expect(err).toContain('sf project deploy start')
    expect(err).toContain('PC_Referral_Id__c')
    expect(err).toMatch(/not in this org, and left out: .*CurrencyIsoCode/)
    expect(out).toContain('  salesforce/dealbridge-fields/\n')

    const text = await cli.read(mapping)
    expect(text).toContain(
      '    # Left out: There is no field "PC_Referral_Id__c" on Opportunity.\n    # - { crm: PC_Referral_Id__c, equals: id }\n',
    )
    expect(text).toContain('# Left out: Salesforce has no active user "anna.meier@fabrikam.example".')
    expect(text).toContain('- { referral: New, crm: Qualification }     # please check')
    expect(await cli.run(['mappings', 'validate', '--live'])).toMatchObject({ code: 0 })
    expect(await cli.run(['mappings', 'test'])).toMatchObject({ code: 0, out: expect.stringContaining('All 8 pass.') })
  })
})

test('an org that does not answer is no reason not to set up a folder', { timeout }, async () => {
  cli = await folderCli()
  const { code, err } = await cli.run([...init.filter((word) => word !== '--sandbox'), '--url', 'https://127.0.0.1:1'])
  expect(code).toBe(0)
  expect(err).toContain('The org could not be read')
  expect(await cli.read(mapping)).toContain('name: cosell-salesforce')
})
