// Whom a vendor calls, in a few lines.

import type { WebhookStanding } from '#control/answers'
import type { Paint } from './paint.ts'

export function webhookLines(
  { connection, address, registered, isOurs, trial }: WebhookStanding,
  paint: Paint,
): readonly string[] {
  const calls = registered ? `${registered.url}   ${registered.events.join(', ')}` : 'nobody'
  return [
    paint.bold(connection),
    `  calls now     ${calls}`,
    `  should call   ${address}`,
    ...(isOurs
      ? [`  ${paint.good('✓')} this daemon is called when something changes`]
      : standing(connection, registered, paint)),
    ...(trial ? [trialLine(trial, paint)] : []),
  ]
}

function standing(connection: string, registered: WebhookStanding['registered'], paint: Paint): readonly string[] {
  const register = `  Fix: dealbridge connect webhook ${connection} --register`
  if (!registered) return [`  ${paint.warn('!')} changes are found by polling only`, register]
  return [
    `  ${paint.warn('!')} there is one address for each event: registering takes the calls away from that one`,
    `      If it belongs to Microsoft's co-sell connector, that connector hears of nothing any more.`,
    register,
  ]
}

const trialLine = ({ arrived, said }: NonNullable<WebhookStanding['trial']>, paint: Paint): string =>
  arrived
    ? `  ${paint.good('✓')} a test call came all the way round`
    : `  ${paint.bad('✗')} a test call did not arrive: ${said}   DB-1172`
