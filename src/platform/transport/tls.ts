// What a vendor's server must prove, on every connection and whatever the way there. There is no setting for it.

export const tlsRules = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const
