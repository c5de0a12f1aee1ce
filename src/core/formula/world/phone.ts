// Telephone numbers in the one form that dials from anywhere: E.164, `+49891234567`.

import { countries, countryCode } from './countries.ts'

/**
 * A number as people write it, with the country it was written in. Undefined when it cannot be dialled from abroad:
 * no country, or too few or too many digits. Which numbers are in service nobody but the operators knows.
 */
export function phoneE164(text: string, countryText?: string): string | undefined {
  if (text.length > 100) return undefined
  const dialled = withoutExtension(text)
    .replaceAll('(0)', '')
    .replaceAll(/[^\d+]/g, '')
  const country = countries.get(countryCode(countryText ?? '') ?? '')
  const digits = international(dialled, country?.callingCode) ?? (country && domestic(dialled, country))
  return digits !== undefined && /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : undefined
}

const withoutExtension = (text: string): string => text.split(/(?:ext|x|#|;|durchwahl)/i)[0] ?? ''

function international(dialled: string, callingCode: string | undefined): string | undefined {
  if (dialled.startsWith('+')) return dialled.slice(1).replaceAll('+', '')
  // North America dials 011 where others dial 00.
  if (callingCode === '1' && dialled.startsWith('011')) return dialled.slice(3)
  return dialled.startsWith('00') ? dialled.slice(2) : undefined
}

function domestic(dialled: string, country: { readonly callingCode: string; readonly trunk: string }): string {
  const { callingCode, trunk } = country
  const national = trunk !== '' && dialled.startsWith(trunk) ? dialled.slice(trunk.length) : dialled
  return callingCode + national
}
