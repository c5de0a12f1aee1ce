// What Fabrikam's administrator does in the maker portal, for stories that need no column names. A column cannot be
// renamed there: it is made anew under another name, and the old one is deleted.

import type { AdminsHands } from '#spi'
import type { DynamicsSimulator } from './index.ts'

export function adminsHands({ customize }: Pick<DynamicsSimulator, 'customize'>): AdminsHands {
  return {
    renameField: () => {
      const [from, to] = ['fab_updateformicrosoft', 'fab_newsformicrosoft'] as const
      customize('opportunity', (columns) => {
        const column = columns.get(from)
        if (!column) return
        columns.delete(from)
        columns.set(to, { ...column, name: to, schemaName: to })
      })
      return { from, to }
    },
    removeStage: () => {
      const stage = 'Develop'
      customize('opportunity', (columns) => {
        const column = columns.get('salesstage')
        if (!column) return
        columns.set('salesstage', { ...column, options: column.options?.filter(({ label }) => label !== stage) ?? [] })
      })
      return stage
    },
  }
}
