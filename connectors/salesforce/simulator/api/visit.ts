// One request as the handlers see it, whether it came by itself or inside a composite.

import { isObject, type Json, type JsonObject } from '#spi'
import { notFound, refuse } from '../answers.ts'
import type { Org } from '../org.ts'
import type { ObjectDef } from '../schema.ts'
import type { Saves } from '../save.ts'
import type { QueryCursors } from './cursors.ts'

export interface Visit {
  readonly org: Org
  /** `67.0` */
  readonly version: string
  readonly userId: string
  readonly organizationId: string
  /** Saves as the connected user. */
  readonly saves: Saves
  readonly cursors: QueryCursors
}

export interface Inner {
  readonly method: string
  /** What follows `/services/data/v67.0`, cut at slashes, each part decoded once. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
}

export function objectBody(inner: Inner): JsonObject {
  if (isObject(inner.body)) return inner.body
  throw refuse(400, 'JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.')
}

/** The object a path names, if the connected user may see it. */
export function objectIn(visit: Visit, name: string | undefined): ObjectDef {
  const object = visit.org.objects.get(name ?? '')
  if (object) return object
  throw notFound()
}

export const methodNotAllowed = () =>
  refuse(405, 'METHOD_NOT_ALLOWED', 'HTTP Method not allowed for the requested resource.')

/** A path cut at its slashes, each part decoded once; a slash at the end is none. */
export const partsOfPath = (pathname: string): readonly string[] =>
  pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
