// What every request handler is given, and what it gives back.

import type { Access } from './access.ts'
import type { Wire } from './cells.ts'
import type { Engine } from './engine.ts'
import type { InnerRequest } from './multipart.ts'
import type { TrackingState } from './tracking.ts'
import type { Weather } from './weather.ts'

export interface Service {
  readonly engine: Engine
  readonly access: Access
  readonly weather: Weather
  readonly tracking: TrackingState
}

export interface RequestContext {
  readonly service: Service
  readonly caller: string
  /** `https://host/api/data/v9.2` as the caller wrote it. */
  readonly root: string
  /** Content-ID → address of what it made, inside one change set. */
  readonly declared: Map<string, string>
  readonly inBatch: boolean
}

export interface ParsedRequest extends InnerRequest {
  /** Path segments after the API's own path, split outside quotes and brackets. */
  readonly segments: readonly string[]
  readonly search: string
  readonly prefer: ReadonlyMap<string, string>
}

export interface Reply {
  readonly status: number
  readonly body?: Wire | Record<string, Wire>
  readonly headers?: Readonly<Record<string, string>>
}
