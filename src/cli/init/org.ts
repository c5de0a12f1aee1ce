// The org behind a configuration that is not on disk yet: asked for its fields, stages and people, and nothing else. No
// ledger is opened for it, and a CRM that cannot be reached is no reason not to set up a folder.

import { firstMapping, type FirstMapping, type FirstWish } from '#control/mappings/first'
import { shownFrom, type MappingDesk } from '#control/mappings/desk'
import { editorSchemaFor, orgAt } from '#control/mappings/suggest'
import { isSyncError } from '#core/errors'
import type { JsonObject } from '#core/model/json'
import type { Settings } from '#settings/settings'
import { BadSettings, type Context } from '../context.ts'
import { deskFor } from '../mapping-desk.ts'
import { withProgress } from '../progress.ts'

export interface SetUp {
  readonly mapping: FirstMapping
  /** For editors; null where the org was not read. */
  readonly editorSchema: JsonObject | null
  /** What the org calls itself. */
  readonly label: string | null
}

export interface OrgWish {
  readonly config: string
  readonly crm: string
  readonly readsOrg: boolean
  readonly mapping: Omit<FirstWish, 'file'>
  /** The mapping file, from the folder. */
  readonly path: string
  /** What the tests of the mapping need, by path from the folder. */
  readonly fixtures: Readonly<Record<string, string>>
}

export async function setUp(context: Context, wish: OrgWish): Promise<SetUp> {
  const settings = await settingsFrom(context, wish.config)
  const offline = async (): Promise<SetUp> => {
    const mapping = await firstMapping(
      deskWith(context, settings, wish, null),
      null,
      firstWish(context, settings, wish),
    )
    return { mapping, editorSchema: null, label: null }
  }
  if (!wish.readsOrg) return await offline()
  try {
    return await withOrg(context, settings, wish)
  } catch (error) {
    if (!isSyncError(error) || error.remedy === 'bug') throw error
    context.note(`  ${context.errPaint.warn('!')} The org could not be read: ${error.message}   ${error.code}`)
    context.note('      The mapping is written as it ships. Once signed in: dealbridge mappings validate --live')
    return await offline()
  }
}

async function settingsFrom({ parts, flags }: Context, text: string): Promise<Settings> {
  const { result, sources } = await parts.load({ config: flags.config, text })
  if (!result.ok) throw new BadSettings(result.problems, sources)
  return result.value
}

async function withOrg(context: Context, settings: Settings, wish: OrgWish): Promise<SetUp> {
  const target = [...settings.connections.values()].find(({ role, type }) => role === 'target' && type === wish.crm)
  const passing: Settings = { ...settings, store: { type: 'memory' } }
  return await context.withControlOf(passing, async (control) => {
    const desk = deskWith(context, settings, wish, control)
    const org = target
      ? await withProgress({ ...context.parts, label: 'Reading the org' }, async () => await orgAt(desk, target))
      : null
    const mapping = await firstMapping(desk, org, firstWish(context, settings, wish))
    return { mapping, editorSchema: org && editorSchemaFor(org), label: org?.probe.label ?? null }
  })
}

function firstWish({ parts }: Context, { root }: Settings, { mapping, path }: OrgWish): FirstWish {
  const file = parts.files.resolve(root, path)
  return { ...mapping, file: { path: file, shown: shownFrom(root, file), pipeline: null } }
}

/** The desk of a folder in which nothing stands yet. */
function deskWith(
  context: Context,
  settings: Settings,
  { fixtures }: OrgWish,
  control: Parameters<typeof deskFor>[2],
): MappingDesk {
  const desk = deskFor(context, settings, control)
  const written = new Map(
    Object.entries(fixtures).map(([path, text]) => [context.parts.files.resolve(settings.root, path), text]),
  )
  return { ...desk, read: async (path) => written.get(path) ?? (await desk.read(path)) }
}
