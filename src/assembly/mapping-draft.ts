// A mapping file on its way to becoming a mapping: read, so that we know which kinds of the CRM it needs looked up,
// but not yet held against what the CRM really has.

import type { Probe, SourceFacet, TargetFacet } from '#spi'
import type { CompiledMapping } from '#core/mapping/compile'
import type { Mapping } from '#core/mapping/mapping'
import type { TestReport } from '#core/mapping/run'
import type { Kind } from '#core/model/ids'
import type { Parsed } from '#core/problem'

export interface MappingDraft {
  /** Exactly what stands in the file. */
  readonly text: string
  /** Every kind it names, the linked record's first; or what is wrong with it whatever the CRM has. */
  kinds(against: Omit<Against, 'probe'>): Parsed<readonly Kind[]>
  /** All problems at once, or a mapping. Without a probe, only what can be known without the CRM is checked. */
  compile(against: Against): Parsed<Mapping>
  /** Runs the tests it carries, through the planner itself. */
  test(against: Against): Promise<Parsed<TestReport>>
}

/** A draft together with all that is known about it, for those who show, compare and describe mappings. */
export interface ReadDraft extends MappingDraft {
  whole(against: Against): Parsed<CompiledMapping>
}

export interface Against {
  readonly source: SourceFacet
  readonly target: TargetFacet
  readonly probe: Probe | null
  readonly timezone: string
}

/**
 * Reads a file by its absolute path; `shown` is how people name it. `known`: its text, where that is known already and
 * only what it names beside it is still to be read.
 */
export type ReadMapping = (path: string, shown: string, known?: string) => Promise<Parsed<MappingDraft>>
