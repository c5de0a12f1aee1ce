// Rich text to plain text. One pass, so that no text can make it slow; what it makes is text, never markup.

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  bull: '•',
  euro: '€',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  ccedil: 'ç',
  ntilde: 'ñ',
}

const breaks: ReadonlySet<string> = new Set([
  'br',
  'p',
  'div',
  'li',
  'tr',
  'ul',
  'ol',
  'table',
  'h1',
  'h2',
  'h3',
  'h4',
  'blockquote',
])
const hidden: ReadonlySet<string> = new Set(['script', 'style', 'head', 'title'])

export function stripHtml(html: string): string {
  if (!html.includes('<') && !html.includes('&')) return html
  const lower = html.toLowerCase()
  const parts: string[] = []
  let lineIsOpen = false
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open === -1) {
      parts.push(html.slice(at))
      break
    }
    const tag = tagAt(lower, open)
    const text = html.slice(at, tag ? open : open + 1)
    lineIsOpen ||= text.trim() !== ''
    const ends: boolean = lineIsOpen && tag !== undefined && breaks.has(tag.name)
    parts.push(text, ends ? '\n' : '')
    lineIsOpen &&= !ends
    at = tag ? tag.end : open + 1
  }
  return tidy(decoded(parts.join('')))
}

interface Tag {
  readonly name: string
  /** Just past it; for a script, past all of it. */
  readonly end: number
}

/** A tag begins with a letter, a slash or an exclamation mark: `a < b` is no tag. What never ends takes all the rest. */
function tagAt(lower: string, open: number): Tag | undefined {
  if (!/[a-z/!]/.test(lower[open + 1] ?? '')) return undefined
  if (lower.startsWith('<!--', open)) return { name: '', end: after(lower, '-->', open + 4) }
  const name = /^<\/?([a-z][a-z0-9]*)/.exec(lower.slice(open, open + 16))?.[1] ?? ''
  const end = after(lower, '>', open)
  const opens = lower[open + 1] !== '/'
  return { name, end: opens && hidden.has(name) ? after(lower, '>', after(lower, `</${name}`, end)) : end }
}

function after(text: string, wanted: string, from: number): number {
  const found = text.indexOf(wanted, from)
  return found === -1 ? text.length : found + wanted.length
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? (hex === undefined ? undefined : parseInt(hex, 16)) : Number(decimal)
    if (code !== undefined) return isCharacter(code) ? String.fromCodePoint(code) : ''
    return Object.hasOwn(entities, name) ? (entities[name] ?? whole) : whole
  })
}

const isCharacter = (code: number): boolean => code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)

const tidy = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/[ \t\u00a0]+/g, ' ').trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
