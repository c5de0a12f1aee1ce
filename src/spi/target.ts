// What only a target (a CRM) has: facts of its data model that mappings rest on without naming them.

import type { Kind } from '#core/model/ids'
import type { TargetModel } from '#core/model/target'

/** A CRM connector exports one of these. */
export interface TargetFacet extends TargetModel {
  /** The kind a mapping of this CRM links referrals to unless it says otherwise. */
  readonly record: Kind
}
