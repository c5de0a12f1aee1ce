// What the parts of the checker share: the types found so far, and the one place where problems are written down.

import type { At, Expression, FormulaProblem } from './ast.ts'
import { any, typeWords, type ObjectType, type Type } from './types.ts'

export interface Scope {
  /** What stands at the top: the referral's own properties, and `crm` where a rule may look at the CRM's record. */
  readonly names: ObjectType
  /** The time zone of the row or mapping; null when none is named, and a day then cannot be told. */
  readonly zone: string | null
}

export abstract class Checking {
  readonly types = new Map<Expression, Type>()
  readonly problems: FormulaProblem[] = []
  readonly scope: Scope

  constructor(scope: Scope) {
    this.scope = scope
  }

  abstract typeOf(expression: Expression): Type

  /** After a problem a part counts as `any`, so that one mistake is reported once. */
  report(at: At, what: string, more: Partial<FormulaProblem> = {}): Type {
    this.problems.push({ code: 'DB-2165', severity: 'error', what, ...more, start: at.start, end: at.end })
    return any
  }

  /** A list or a group of fields stands where one value is needed. */
  notOne(at: At, type: Type): void {
    const fix =
      type.is === 'list' ? 'use JOIN(list, ", "), FIRST(list) or LAST(list)' : 'name one of its fields after a dot'
    this.report(at, `One value is needed here; this is ${typeWords(type)}.`, { fix })
  }
}
