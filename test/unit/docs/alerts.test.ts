// The page about alerts says what they do: its events, its defaults and its example of a message are those of the program.

import { expect, test } from 'vitest'
import { routesOf } from '#alerts/routes'
import type { Notice } from '#alerts/decide'
import { letterOf } from '#alerts/wording'
import { formatDuration, parseDuration } from '#core/units'
import { mappingCodes } from '#core/mapping/codes'
import { Alerts, alertEvents } from '#settings/schema/alerts'
import { instantFromMs, isList, isObject, parseInstant, parseJson, textOf } from '#spi'
import { signatureOf } from '#alerts/channels/webhook'
import { blocksOf, pages } from './pages.ts'

const page = pages.find(({ path }) => path === 'docs/how-to/alerts.md') ?? expect.fail('no page')
const table = new Map(
  [...page.text.matchAll(/^\| `(\w+\.\w+)` \|.*\| (.*?) ?\|$/gm)].map(([, event = '', set = '']) => [event, set]),
)

test('names every event there is', () => {
  expect([...table.keys()].toSorted()).toEqual(alertEvents.toSorted())
})

test('shows the defaults as they are', () => {
  const shown = new Map(
    [...table].flatMap(([event, said]) => {
      const [, key, value = ''] = /`(at|after): \[?([^`\]]+)\]?`/.exec(said) ?? []
      return key === undefined ? [] : [[event, value.split(', ').map((one) => parseDuration(one))] as const]
    }),
  )
  const channels = { ops: { type: 'console' } }
  const routes = routesOf(Alerts.parse({ channels, rules: alertEvents.map((event) => ({ event, to: ['ops'] })) }))
  for (const { event, steps, afterMs } of routes) {
    // A callback is told at once unless more is asked for; the page shows the reminders that make sense.
    const said =
      event === 'referral.wantsCallBack' ? [0] : steps.length > 0 ? steps : afterMs > 0 ? [afterMs] : undefined
    const expected = event === 'referral.wantsCallBack' ? shown.get(event)?.slice(0, 1) : shown.get(event)
    expect([event, said?.map(formatDuration)]).toEqual([event, expected?.map((ms) => formatDuration(ms ?? -1))])
  }
})

test('its message is one that is sent', () => {
  const [block] = blocksOf(page).filter(({ language }) => language === 'json')
  const shown = parseJson(block?.text ?? '')
  const notices = isObject(shown) ? shown['notices'] : undefined
  const [first] = isList(notices) ? notices : []
  if (!isObject(shown) || !isObject(first)) throw new Error('not a message')
  const notice: Notice = {
    event: 'problem.new',
    state: 'new',
    subject: 'cosell DB-2201',
    pipeline: 'cosell',
    connection: null,
    since: parseInstant(textOf(first['since'])) ?? instantFromMs(0),
    due: null,
    code: 'DB-2201',
    count: 2,
    referrals: ['36f746f7', '76d751a3'],
    url: null,
    step: 1,
  }
  const words = {
    name: 'fabrikam-production',
    zone: 'UTC',
    codes: mappingCodes,
    now: parseInstant(textOf(shown['at'])) ?? instantFromMs(0),
  }
  const message = { id: textOf(shown['id']), channel: 'ops', isDigest: false, notices: [notice] }
  expect(letterOf(message, words).document).toEqual(shown)
})

test('its words about the signature are how it is made', () => {
  expect(page.text).toContain('HMAC-SHA256, with the secret as key, over the seconds behind `t`, a dot, and the body')
  // Known answer, from another implementation: printf '1795276416.{}' | openssl dgst -sha256 -hmac key
  expect(signatureOf('key', 1_795_276_416, '{}')).toBe(
    '7aa190de08b6cc8b3f20b240c7e0bca93e6b335154b955e49fea23af593ed94f',
  )
})
