// Connectors that read wrongly, each with the checks that find it.

import { cursor, type Page, version } from '#spi'
import { another, reading, type Wrong } from './wrong-ways.ts'

export const wrongReading: readonly Wrong[] = [
  {
    does: 'gives no bookmark',
    found: ['from nothing'],
    ...reading(async function* (pages) {
      for await (const page of pages) yield { ...page, next: cursor('') }
    }),
  },
  {
    does: 'shows a removed record as if it were there',
    found: ['a record that was removed'],
    ...reading(async function* (pages) {
      for await (const page of pages)
        yield { ...page, records: page.records.map((record) => ({ ...record, gone: false })) }
    }),
  },
  {
    does: 'finds anything under any key',
    found: ['a record is found by its key'],
    session: (session) => ({
      ...session,
      find: async (questions, signal) =>
        await session.find(
          questions.map(({ shape, by }) => ({ shape, by: 'key' in by ? { match: [] } : by })),
          signal,
        ),
    }),
  },
  {
    does: 'skips the last record of each page',
    found: ['from a bookmark', 'an edit made while', 'whoever dies between', 'edits of one moment'],
    ...reading(async function* (pages) {
      for await (const page of pages) yield { ...page, records: page.records.slice(0, -1) }
    }),
  },
  {
    does: 'tells everything each time',
    found: ['when nothing is new', 'an idle look is one call'],
    session: (session) => ({
      ...session,
      changes: (shapes, _since, signal) => session.changes(shapes, null, signal),
    }),
  },
  {
    does: 'moves its bookmark at every look',
    found: ['when nothing is new'],
    ...reading(async function* (pages) {
      const turn = another()
      for await (const page of pages) yield { ...page, next: cursor(`${page.next}${' '.repeat(turn)}`) }
    }),
  },
  {
    does: 'gives the last bookmark with the first page',
    found: ['whoever dies between'],
    ...reading(async function* (pages) {
      const all: Page[] = []
      for await (const page of pages) all.push(page)
      for (const page of all) yield { ...page, next: all.at(-1)?.next ?? page.next }
    }),
  },
  {
    does: 'keeps its bookmarks in memory',
    found: ['a bookmark is opaque text', 'whoever dies between'],
    session: (session) => {
      const places: Page['next'][] = []
      return {
        ...session,
        changes: async function* (shapes, since, signal) {
          const from = since === null ? null : (places[Number(since)] ?? null)
          const isForgotten = since !== null && from === null
          if (isForgotten) yield { records: [], next: since }
          for await (const page of isForgotten ? [] : session.changes(shapes, from, signal)) {
            if (!places.includes(page.next)) places.push(page.next)
            yield { ...page, next: cursor(String(places.indexOf(page.next))) }
          }
        },
      }
    },
  },
  {
    does: 'answers questions in another order',
    found: ['each question is answered'],
    session: (session) => ({
      ...session,
      find: async (questions, signal) => (await session.find(questions, signal)).toReversed(),
    }),
  },
  {
    does: 'leaves empty fields out',
    found: ['a field that is asked for'],
    session: (session) => ({
      ...session,
      find: async (questions, signal) =>
        (await session.find(questions, signal)).map((records) =>
          records.map((record) => ({
            ...record,
            fields: Object.fromEntries(Object.entries(record.fields).filter(([, value]) => value !== null)),
          })),
        ),
    }),
  },
  {
    does: 'makes up a version for each look',
    found: ['a version stays', 'what is told and what is found'],
    session: (session) => ({
      ...session,
      find: async (questions, signal) =>
        (await session.find(questions, signal)).map((records) =>
          records.map((record) => ({ ...record, version: version(String(another())) })),
        ),
    }),
  },
  {
    does: 'is another organization each time it is opened',
    found: ['it says who it is'],
    session: (session) => ({
      ...session,
      probe: async (kinds, signal) => ({ ...(await session.probe(kinds, signal)), organization: `org ${another()}` }),
    }),
  },
]
