// What the deal is about: products, solutions, offers, and the answers Microsoft asks for.

import type { Property } from '#spi'
import { both, frozen, given, read } from './row.ts'

const list = { list: true } as const
const at = 'details.requirements'
const solution = `${at}.solutions`
const iot = `${at}.additionalRequirements.iot`
const whole = 'Comes with its solution, which is added whole.'
const asked = 'Answered in Partner Center when the deal is made.'

export const requirements: readonly Property[] = [
  read(`${at}.industries.id`, 'text', "The customer's industries.", { why: frozen, ...list }),
  read(`${at}.products.id`, 'text', 'The products the customer is interested in.', { why: frozen, ...list }),
  read(`${at}.services.id`, 'text', 'The services the customer is interested in.', { why: frozen, ...list }),
  both(
    solution,
    'object',
    'The solutions of the deal. Writing adds those that are missing; none can be taken out.',
    list,
  ),
  read(`${solution}.id`, 'text', 'The id of each solution.', { why: whole, ...list }),
  read(`${solution}.name`, 'text', 'The name of each solution.', { why: whole, ...list }),
  read(`${solution}.type`, 'text', 'Whether a solution is a category or a catalogue entry.', {
    why: whole,
    ...list,
    values: ['None', 'Category', 'Name'],
  }),
  read(`${solution}.price`, 'decimal', 'The price of each solution.', { why: whole, ...list }),
  read(`${solution}.quantity`, 'decimal', 'How many of each solution.', { why: whole, ...list }),
  read(`${solution}.currency`, 'text', 'The currency of each price.', { why: whole, ...list }),
  read(`${solution}.publisherName`, 'text', 'Who publishes each solution.', { why: whole, ...list }),
  read(`${solution}.solutionType`, 'text', "Microsoft's own solution (1P) or a partner's (3P).", {
    why: whole,
    ...list,
  }),
  read(`${solution}.closingDateTime`, 'instant', 'When each solution should be sold.', { why: whole, ...list }),
  read(`${at}.offers.id`, 'text', 'The marketplace offers a lead came through.', { why: given, ...list }),
  read(`${at}.offers.name`, 'text', 'The names of those offers.', { why: given, ...list }),
  read(`${at}.salesPlays.id`, 'text', "Microsoft's sales plays.", { why: given, ...list }),
  read(`${at}.salesPlays.name`, 'text', "The names of Microsoft's sales plays.", { why: given, ...list }),
  read(`${iot}.customerLicenseAgreementNumber`, 'text', 'The licence agreement of a device deal.', asked),
  read(`${iot}.deviceCategory`, 'text', 'The category of device.', asked),
  read(`${iot}.siliconType`, 'text', 'The processor of the device.', asked),
  read(`${iot}.azureCertifiedDevice`, 'boolean', 'Whether the device is certified for Azure.', asked),
  read(`${iot}.attachServices`, 'boolean', 'Whether services come with the device.', asked),
  read(`${at}.additionalRequirements.attributes.type`, 'text', 'Which further questions were answered.', {
    why: asked,
    ...list,
  }),
  read(`${at}.additionalRequirements.attributes.id`, 'text', 'How they were answered.', { why: asked, ...list }),
]
