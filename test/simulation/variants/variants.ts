// The wrong parts of those variants that are made by giving the engine a part that misbehaves.

import type { Replacements } from '../engine.ts'
import { variantOf } from './list.ts'
import { wrongParts } from './wrong-parts.ts'

export function replacementsOf(name: string | undefined): Replacements {
  if (name === undefined) return {}
  const variant = variantOf(name)
  if (variant.patches.length > 0) return {}
  const found = wrongParts[name]
  if (!found) throw new Error(`The variant "${name}" has neither a patch nor a wrong part.`)
  return found()
}

export const usesPatches = (name: string): boolean => variantOf(name).patches.length > 0
