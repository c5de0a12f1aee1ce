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
  if (!html.includes('<')) return html.includes('&') ? tidy(decoded(html)) : html
  let text = ''
  let lineIsOpen = false
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open === -1) return tidy(decoded(text + html.slice(at)))
    const tag = tagAt(html, open)
    const piece = html.slice(at, tag ? open : open + 1)
    lineIsOpen ||= /\S/.test(piece)
    text += piece
    if (lineIsOpen && tag && breaks.has(tag.name)) {
      text += '\n'
      lineIsOpen = false
    }
    at = tag ? tag.end : open + 1
  }
  return tidy(decoded(text))
}

interface Tag {
  readonly name: string
  /** Just past it; for a script, past all of it. */
  readonly end: number
}

/** A tag begins with a letter, a slash or an exclamation mark: `a < b` is no tag. What never ends takes all the rest. */
function tagAt(html: string, open: number): Tag | undefined {
  const first = html.charCodeAt(open + 1)
  if (!isLetter(first) && first !== slash && first !== exclamation) return undefined
  if (first === exclamation && html.startsWith('--', open + 2)) return { name: '', end: after(html, '-->', open + 4) }
  const name = nameAt(html, first === slash ? open + 2 : open + 1)
  const end = after(html, '>', open)
  const isHidden = first !== slash && hidden.has(name)
  return { name, end: isHidden ? after(html, '>', closing(html, name, end)) : end }
}

const [slash, exclamation] = [47, 33]
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** No tag we know has a longer name. */
const nameMax = 12

function nameAt(html: string, start: number): string {
  let end = start
  while (end - start < nameMax && (isLetter(html.charCodeAt(end)) || isDigit(html.charCodeAt(end)))) end += 1
  return html.slice(start, end).toLowerCase()
}

/** Where a hidden part ends. Looking for it in any case, once for each name, keeps one pass one pass. */
function closing(html: string, name: string, from: number): number {
  const tag = new RegExp(`</${name}`, 'gi')
  tag.lastIndex = from
  return tag.exec(html) ? tag.lastIndex : html.length
}

function after(text: string, wanted: string, from: number): number {
  const found = text.indexOf(wanted, from)
  return found === -1 ? text.length : found + wanted.length
}

function decoded(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? (hex === undefined ? undefined : parseInt(hex, 16)) : Number(decimal)
    if (code !== undefined) return isCharacter(code) ? String.fromCodePoint(code) : ''
    return Object.hasOwn(entities, name) ? (entities[name] ?? whole) : whole
  })
}

const isCharacter = (code: number): boolean => code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)

const untidy = /[ \t\u00a0]{2,}|[\t\u00a0]| \n|\n |\n{3,}/

function tidy(text: string): string {
  const trimmed = text.trim()
  if (!untidy.test(trimmed)) return trimmed
  const lines = trimmed.split('\n').map((line) => line.replaceAll(/[ \t\u00a0]+/g, ' ').trim())
  return lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')
}
