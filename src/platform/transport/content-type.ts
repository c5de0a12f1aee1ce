// A login page is not data. Where JSON was asked for, a success in any other type is treated as no answer at all.

export class NotJson extends Error {}

const json = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

/** An answer without a body has no type to be wrong; whoever needed one finds it empty. No answer's status is below 200. */
export function assertJson(status: number, contentType: string | undefined, body: string): void {
  if (status < 300 && body !== '' && !json.test(contentType ?? '')) throw new NotJson('a success that is not JSON')
}
