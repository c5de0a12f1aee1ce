// A login page is not data. Where JSON was asked for, a success in any other type is treated as no answer at all.

export class NotJson extends Error {}

const json = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

/** An answer without a body has no type to be wrong; whoever needed one finds it empty. */
export function assertJson(status: number, contentType: string | undefined, body: string): void {
  const success = status >= 200 && status < 300
  if (success && body !== '' && !json.test(contentType?.trim() ?? '')) throw new NotJson('a success that is not JSON')
}
