// The desk for mapping files. Reading them needs nobody; only what the CRM has is asked of whoever holds the ledgers.
// Where those cannot be had, files are still checked, without the CRM, and that is said.

import type { Control } from '#control/control'
import type { SchemaAnswer } from '#control/mappings/answers'
import type { MappingDesk } from '#control/mappings/desk'
import { isSyncError } from '#core/errors'
import type { Settings } from '#settings/settings'
import { BadSettings, type Context } from './context.ts'

export interface DeskWork<T> {
  (desk: MappingDesk): Promise<T>
}

export interface DeskOptions {
  /** The CRM itself is to be asked: without the ledgers there is no point. */
  readonly live: boolean
}

export async function atDesk<T>(context: Context, { live }: DeskOptions, work: DeskWork<T>): Promise<T> {
  let isOpen = false
  try {
    return await context.withControl(async (control, settings) => {
      isOpen = true
      return await work(deskFor(context, settings, control))
    })
  } catch (error) {
    if (isOpen || live || error instanceof BadSettings || !isSyncError(error)) throw error
    context.note(`Checked without what is known of the CRM: ${error.message}   ${error.code}`)
    return await work(deskFor(context, await context.settings(), null))
  }
}

export function deskFor({ parts }: Context, settings: Settings, control: Control | null): MappingDesk {
  const { files } = parts
  const asked = new Map<string, Promise<SchemaAnswer>>()
  return {
    settings,
    read: async (path) => await files.read(path),
    resolve: (path) => files.resolve(path),
    schema: async (request) => {
      if (!control) return { connection: request.connection, at: null, probe: null }
      // Ten files of one CRM ask for the same.
      const key = JSON.stringify(request)
      const answer = asked.get(key) ?? control.schema(request)
      asked.set(key, answer)
      return await answer
    },
  }
}
