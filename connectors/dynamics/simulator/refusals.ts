// The error catalogue: every way in which the service says no, with its code, status and words.

export class Refusal extends Error {
  readonly code: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

const title = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

export const refusals = {
  missing: (kind: string, id: string) => new Refusal(404, '0x80040217', `${kind} With Id = ${id} Does Not Exist`),
  missingByKey: (kind: string) =>
    new Refusal(404, '0x80060891', `A record with the specified key values does not exist in ${kind} entity`),
  duplicate: () => new Refusal(412, '0x80040237', 'A record with matching key values already exists.'),
  duplicateKey: (key: string) =>
    new Refusal(
      412,
      '0x80060892',
      `Entity Key ${key} violated. A record with the same value for ${key} already exists. A duplicate record cannot be created.`,
    ),
  stale: () =>
    new Refusal(
      412,
      '0x80060882',
      "The version of the existing record doesn't match the RowVersion property provided.",
    ),
  badKey: (kind: string) =>
    new Refusal(
      400,
      '0x80060888',
      `The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.${kind}'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource.`,
    ),
  unknownSegment: (segment: string) =>
    new Refusal(404, '0x8006088a', `Resource not found for the segment '${segment}'.`),
  unknownProperty: (kind: string, name: string) =>
    new Refusal(
      400,
      '0x80060888',
      `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${kind}'.`,
    ),
  undeclared: (name: string) =>
    new Refusal(
      400,
      '0x80048d19',
      `Error identified in Payload provided by the user for Entity :'', For more information on this error please follow this help link. ---->  InnerException : Microsoft.OData.ODataException: An undeclared property '${name}' which only has property annotations in the payload but no property value was found in the payload.`,
    ),
  payload: (kind: string, why: string) =>
    new Refusal(400, '0x80048d19', `Error identified in Payload provided by the user for Entity :'${kind}', ${why}`),
  parser: (message: string) => new Refusal(400, '0x0', message),
  notCreatable: (kind: string, name: string) =>
    new Refusal(400, '0x80040203', `The property '${name}' of ${title(kind)} is not valid for create.`),
  notUpdatable: (kind: string, name: string) =>
    new Refusal(400, '0x80040203', `The property '${name}' of ${title(kind)} is not valid for update.`),
  systemRequired: (kind: string, name: string) =>
    new Refusal(400, '0x80040203', `The '${name}' attribute of the '${kind}' entity cannot be null.`),
  tooLong: (kind: string, name: string, lengthMax: number) =>
    new Refusal(
      400,
      '0x80044331',
      `A validation error occurred.  The length of the '${name}' attribute of the '${kind}' entity exceeded the maximum allowed length of '${lengthMax}'.`,
    ),
  notAnOption: (kind: string, name: string, value: string) =>
    new Refusal(
      400,
      '0x8004431a',
      `A validation error occurred. The value ${value} of '${name}' on record of type '${kind}' is outside the valid range.`,
    ),
  integerRange: (name: string) =>
    new Refusal(400, '0x8004432f', `A validation error occurred. The value of '${name}' is outside the valid range.`),
  decimalRange: (name: string) =>
    new Refusal(400, '0x80044330', `A validation error occurred. The value of '${name}' is outside the valid range.`),
  characters: (name: string) =>
    new Refusal(400, '0x80040278', `The value of '${name}' contains characters that are not allowed.`),
  setState: (state: string) =>
    new Refusal(
      400,
      '0x80100005',
      `This message can not be used to set the state of opportunity to ${state}. In order to set state of opportunity to ${state}, use the ${state} message instead.`,
    ),
  alreadyClosed: () => new Refusal(400, '0x80040515', 'The opportunity has already been closed.'),
  alreadyOpen: () => new Refusal(400, '0x8004051a', 'The opportunity is already in the open state.'),
  noOpportunity: () => new Refusal(400, '0x80040500', 'The specified opportunity does not exist.'),
  closedIsReadOnly: (kind: string) =>
    new Refusal(400, '0x80040230', `The ${kind} is inactive and cannot be changed until it is reactivated.`),
  stateStatus: (kind: string) =>
    new Refusal(400, '0x80048408', `The state code or status code is invalid for the ${kind}.`),
  privilege: (name: string) =>
    new Refusal(403, '0x80040220', `Principal user is missing ${name} privilege on the requested object.`),
  notMember: () => new Refusal(403, '0x80072560', 'The user is not a member of the organization.'),
  unauthorized: (authority: string) =>
    new Refusal(401, '', '', {
      'www-authenticate': `Bearer authorization_uri=${authority}/common/oauth2/authorize, resource_id=${authority}/`,
    }),
  unexpected: () => new Refusal(400, '0x80040216', 'An unexpected error occurred.'),
  tracking: (kind: string) => new Refusal(400, '0x80072491', `Change tracking is not enabled for entity ${kind}.`),
  trackingOption: (option: string) =>
    new Refusal(400, '0x80060888', `The "${option}" query parameter isn't supported when Change Tracking is enabled.`),
  expiredToken: () =>
    new Refusal(400, '0x80044352', 'Version stamp associated with the client has expired. Please perform a full sync.'),
  currencyMismatch: () =>
    new Refusal(400, '0x80048cef', 'The currency of the record does not match the currency of the price list.'),
} as const

export const throttles = {
  requests: (limit: number, window: number) =>
    ['0x80072322', `Number of requests exceeded the limit of ${limit} over time window of ${window} seconds.`] as const,
  time: (limit: number, window: number) =>
    [
      '0x80072321',
      `Combined execution time of incoming requests exceeded limit of ${limit.toLocaleString('en-US')} milliseconds over time window of ${window} seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.`,
    ] as const,
  concurrency: (limit: number) =>
    ['0x80072326', `Number of concurrent requests exceeded the limit of ${limit}.`] as const,
}
