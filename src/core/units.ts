// Quantities as people write them: `5m`, `15%`, `20MB`. A number without its unit is not one of them, because half of
// all readers would think of another.

import { z } from 'zod'

const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const sizeUnits = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const

/** About three hundred years: more than any wait, and still exact in milliseconds. */
const durationMaxMs = 1e13

/** `30s`, `5m`, `72h`, `1.5h`, `400d` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const ms = quantity(text, /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/, durationUnits)
  return ms !== undefined && ms <= durationMaxMs ? Math.round(ms) : undefined
}

/** The shortest exact form: `90s`, not `1.5m`. */
export function formatDuration(ms: number): string {
  const whole = Object.entries(durationUnits).toReversed()
  const [unit, size] = whole.find(([, size]) => ms % size === 0) ?? ['ms', 1]
  return ms === 0 ? '0s' : `${ms / size}${unit}`
}

/** `20MB` in bytes. */
export function parseSize(text: string): number | undefined {
  const bytes = quantity(text, /^(\d{1,9}(?:\.\d{1,3})?)\s?(B|KB|MB|GB)$/, sizeUnits)
  return bytes === undefined ? undefined : Math.round(bytes)
}

/** `15%` as a fraction, 0.15. */
export function parseShare(text: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3})?)\s?%$/.exec(text)
  const percent = Number(match?.[1])
  return match && percent <= 100 ? percent / 100 : undefined
}

function quantity(text: string, shape: RegExp, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = shape.exec(text) ?? []
  const size = unit === undefined ? undefined : units[unit]
  return size === undefined ? undefined : Number(digits) * size
}

/** How the message of a quantity without its unit begins. */
export const needsUnit = 'must have a unit'

function unit<T>(sort: 'duration' | 'size' | 'share', parse: (text: string) => T | undefined, example: string) {
  return z
    .string({ error: `${needsUnit}: ${example}` })
    .meta({ examples: example.split(', ') })
    .transform((text, context) => {
      const value = parse(text)
      if (value !== undefined) return value
      context.addIssue({
        code: 'custom',
        message: /^[\d.]+$/.test(text) ? `${needsUnit}: ${example}` : `must be a ${sort}: ${example}`,
      })
      return z.NEVER
    })
}

/** For settings: a duration, read as milliseconds. */
export const Duration = unit('duration', parseDuration, '30s, 5m, 1d')
/** For settings: a size, read as bytes. */
export const Size = unit('size', parseSize, '512KB, 20MB')
/** For settings: a share, read as a fraction. */
export const Share = unit('share', parseShare, '15%')
