// What the ledger asks of a log. Any log of the house will do.

export interface LedgerLog {
  info(event: string, facts?: LedgerFacts): void
  warn(event: string, facts?: LedgerFacts): void
  error(event: string, facts?: LedgerFacts): void
}

export interface LedgerFacts {
  readonly count?: number
  readonly bytes?: number
  readonly file?: string
  readonly value?: number | boolean
  readonly error?: unknown
}

const nothing = (): void => undefined
export const noLog: LedgerLog = { info: nothing, warn: nothing, error: nothing }
