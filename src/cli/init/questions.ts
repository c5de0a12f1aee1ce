// What has to be known to set up a folder: by flags, by at most ten questions of which each can be passed over with
// Enter, or, where nobody is there to be asked, by flags alone.

import { NeedsHuman } from '#core/errors'
import { isZone } from '#core/model/instant'
import { nearest } from '#core/nearest'
import { templates, type Template } from '#control/mappings/first'
import type { Context } from '../context.ts'
import { crms, secretHomes, signIns, type Crm, type SecretHome } from '../print/first-config.ts'

export interface InitFlags {
  readonly crm?: Crm
  readonly template?: Template
  readonly url?: string
  readonly tenant?: string
  readonly timezone?: string
  readonly signIn?: string
  readonly secrets?: SecretHome
  readonly contact?: string
  readonly pipeline?: string
  /** Against the pretended systems of the sandbox. */
  readonly sandbox?: boolean
  /** Call no system. */
  readonly offline?: boolean
  readonly force?: boolean
}

export interface InitWish {
  readonly crm: Crm
  readonly template: Template
  readonly url: string
  readonly tenant: string
  readonly timezone: string
  readonly signIn: string
  readonly secrets: SecretHome
  readonly contact: string | null
  readonly pipeline: string
  readonly isPretended: boolean
  readonly readsOrg: boolean
}

const guesses: Readonly<Record<Crm, string>> = {
  salesforce: 'https://fabrikam.my.salesforce.com',
  dynamics: 'https://fabrikam.crm4.dynamics.com',
}

export async function wishFrom(context: Context, flags: InitFlags): Promise<InitWish> {
  const asking = new Asking(context)
  const isPretended = flags.sandbox ?? false
  const crm = flags.crm ?? (await asking.choice('Which CRM?', crms, '--crm'))
  const url =
    flags.url ?? (isPretended ? guesses[crm] : await asking.text('The address of your CRM?', guesses[crm], '--url'))
  const tenant =
    flags.tenant ?? (isPretended ? 'sandbox' : await asking.text('Your Microsoft tenant?', 'fabrikam.onmicrosoft.com'))
  const template = flags.template ?? (await asking.choice('Start from?', templates))
  const timezone = await zoneFrom(asking, flags.timezone)
  const signIn =
    flags.signIn ?? (isPretended ? 'none' : await asking.choice('How does dealbridge sign in?', signIns[crm]))
  const secrets = flags.secrets ?? (isPretended ? 'env' : await asking.choice('Where do secrets live?', secretHomes))
  const contact = flags.contact ?? ((await asking.text('Who answers for the mapping? An e-mail address', '')) || null)
  const readsOrg = !flags.offline && (await asking.yes("Read your CRM's field list now? It writes nothing there"))
  const pipeline = flags.pipeline ?? (template === 'leads' ? 'leads' : 'cosell')
  return { crm, template, url, tenant, timezone, signIn, secrets, contact, pipeline, isPretended, readsOrg }
}

async function zoneFrom(asking: Asking, flag: string | undefined): Promise<string> {
  const guess = Intl.DateTimeFormat().resolvedOptions().timeZone
  const zone = flag ?? (await asking.text('Your time zone?', isZone(guess) ? guess : 'Europe/Berlin'))
  if (isZone(zone)) return zone
  const near = nearest(zone, Intl.supportedValuesOf('timeZone'))
  throw new NeedsHuman(`"${zone}" is no time zone.${near === undefined ? '' : ` Did you mean ${near}?`}`, {
    code: 'DB-1162',
    who: 'operations',
  })
}

export class Asking {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** The first of them is the guess. Where nobody can be asked, what has a flag of its own is needed. */
  async choice<const W extends readonly string[]>(question: string, words: W, flag?: string): Promise<W[number]> {
    const [guess = ''] = words
    const said = await this.text(`${question} (${words.join(', ')})`, guess, flag)
    const lower = said.trim().toLowerCase()
    const found = words.find((word) => word.toLowerCase() === lower) ?? nearest(lower, words)
    if (found !== undefined) return found
    throw new NeedsHuman(`"${said}" is none of ${words.join(', ')}.`, { code: 'DB-1162', who: 'operations' })
  }

  async text(question: string, guess: string, flag?: string): Promise<string> {
    const { parts, mayAsk } = this.#context
    if (!mayAsk && flag !== undefined)
      throw new NeedsHuman(`Nobody is here to be asked: ${question} Say it with ${flag}.`, {
        code: 'DB-1163',
        who: 'operations',
      })
    if (!mayAsk) return guess
    const shown = guess === '' ? `${question} [none] ` : `${question} [${guess}] `
    return (await parts.terminal.ask(shown, new AbortController().signal)).trim() || guess
  }

  /** Enter is a yes. */
  async yes(question: string): Promise<boolean> {
    const said = await this.text(`${question} (y, n)`, 'y')
    return !/^n(?:o)?$/i.test(said)
  }

  /** Enter is a no; and so is nobody. */
  async no(question: string): Promise<boolean> {
    const { mayAsk } = this.#context
    return mayAsk && /^y(?:es)?$/i.test(await this.text(`${question} (y, n)`, 'n'))
  }
}
