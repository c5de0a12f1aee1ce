// Whom a record can belong to.

export interface Owner {
  readonly kind: 'user' | 'team' | 'queue'
  readonly id: string
  readonly name: string
  readonly email: string | null
  readonly active: boolean
}
