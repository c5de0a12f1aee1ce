// What a partner can ask Microsoft's help with when a deal becomes a co-sell deal.

/** As Partner Center calls them. `NoHelpRequired` is ours: it says that nothing is asked. */
export const NO_HELP = 'NoHelpRequired'
export const assistanceCodes = [
  'GeneralOrOther',
  'CustomerTechnicalArchitecture',
  'ProofOfConceptOrDemo',
  'QuotesOrLicensing',
  'PostSalesCustomerSuccess',
  'WorkloadSpecificValueProposition',
] as const

/** Shorter names that are in use for the same things. */
const alsoCalled: Readonly<Record<string, (typeof assistanceCodes)[number]>> = {
  workloadspecificvalueprop: 'WorkloadSpecificValueProposition',
  pricing: 'QuotesOrLicensing',
  customerintroduction: 'GeneralOrOther',
}

/** The code to send; null for "no help"; undefined for anything unknown, which is never sent. */
export function assistanceFrom(wanted: string): string | null | undefined {
  const name = wanted.trim().toLowerCase()
  if (name === '' || name === 'unknown' || name === NO_HELP.toLowerCase()) return null
  return (
    assistanceCodes.find((code) => code.toLowerCase() === name) ??
    (Object.hasOwn(alsoCalled, name) ? alsoCalled[name] : undefined)
  )
}
