// What a way of signing in brings home.

export interface Granted {
  readonly token: string
  readonly lifeSeconds: number | undefined
}

/** `fresh`: read the secret again from where it lives, because the one we knew was refused. */
export type Grant = (fresh: boolean, signal: AbortSignal) => Promise<Granted>
