// A mapping made by hand, for tests that are about everything but mappings: a name, an amount both ways, four stages.

import type { Env, Mapping, Row, Rule } from '#core/mapping/mapping'
import { reading } from '#core/model/deal'
import { rowId } from '#core/model/ids'
import { textOf } from '#core/model/json'
import { opportunity } from './fake-vendors.ts'

const rule = (key: string, line: number): Rule => ({ file: 'mappings/cosell.yaml', line, column: 3, key })

function row(
  crm: string,
  referral: string,
  options: Pick<Row, 'direction' | 'write'> & { readonly line: number },
): Row {
  const text = (value: unknown) => reading(textOf(value as string) === '' ? null : textOf(value as string))
  return {
    id: rowId(crm),
    type: 'text',
    policy: 'ask',
    required: false,
    group: crm,
    rule: rule(`fields[${crm}]`, options.line),
    crm,
    referral,
    direction: options.direction,
    write: options.write,
    fromReferral: ({ referral: of }: Env) => text(of[referral]),
    fromCrm: (fields) => text(fields[crm]),
    toCrm: (value) => ({ ok: true, fields: { [crm]: value } }),
    ...(options.direction === 'both' ? { toReferral: (value) => ({ ok: true, fields: { [referral]: value } }) } : {}),
  }
}

export interface FakeMappingOptions {
  readonly hash?: string
  readonly holdMs?: number
}

export function fakeMapping({ hash = 'm1', holdMs = 0 }: FakeMappingOptions = {}): Mapping {
  const terms = { requires: [], rule: rule('outcomes', 40) }
  const stage = (name: 'New' | 'Accepted' | 'Won' | 'Lost', crm: string, line: number) => ({
    stage: name,
    step: null,
    direction: 'both' as const,
    crm: [{ StageName: crm }],
    rule: rule(`stages.rows[${crm}]`, line),
  })
  return {
    name: 'cosell',
    title: 'Co-sell deals',
    hash,
    contact: null,
    source: 'partner-center',
    target: 'fake-crm',
    record: opportunity,
    idField: 'Id',
    shapes: [{ kind: opportunity, fields: ['Name', 'Amount', 'StageName', 'PC_Id__c', 'Loss_Reason__c'] }],
    take: ({ referral }) =>
      referral['private'] === true
        ? { taken: false, because: 'Private deals stay in Partner Center.', rule: rule('take', 8) }
        : { taken: true },
    lead: null,
    match: {
      tries: [
        {
          rule: rule('match.try[0]', 12),
          criteria: ({ referral }) => [{ field: 'PC_Id__c', value: textOf(referral['id']), compare: 'exact' }],
        },
      ],
      whenSeveral: 'ask',
      whenNone: 'create',
      keyField: 'PC_Id__c',
    },
    lookups: [],
    assign: null,
    rows: [
      row('Name', 'name', { direction: 'toCrm', write: 'once', line: 20 }),
      row('Amount', 'amount', { direction: 'both', write: 'always', line: 21 }),
    ],
    stages: {
      crm: 'StageName',
      accept: 'byStage',
      rows: [
        stage('New', 'New', 30),
        stage('Accepted', 'Open', 31),
        stage('Won', 'Closed Won', 32),
        stage('Lost', 'Closed Lost', 33),
      ],
    },
    outcomes: {
      holdMs,
      maxPerRun: 5,
      won: { ...terms, notBeforeMs: 0, finals: [] },
      lost: { ...terms, reason: null },
      declined: { ...terms, reason: null },
    },
    statusInCrm: null,
    checks: [],
    share: null,
  }
}
