// When two texts name the same thing. Each way of comparing has one normal form; texts match when their forms are the
// same and not empty. The CRM's own search may bring more than that, so every answer is compared again with these.

export type Compare = 'exact' | 'email' | 'domain' | 'companyName'

/** The form to compare, index and group by; empty when the text names nothing. */
export function comparable(compare: Compare, text: string): string {
  switch (compare) {
    case 'exact':
      return text.trim().toLowerCase()
    case 'email':
      return text.trim().toLowerCase().replace(/^mailto:/, '')
    case 'domain':
      return domainOf(text)
    case 'companyName':
      return companyForm(text)
  }
}

export function sameThing(compare: Compare, a: string, b: string): boolean {
  const form = comparable(compare, a)
  return form !== '' && form === comparable(compare, b)
}

/** `https://www.contoso.example/de` and `sue@contoso.example` are both `contoso.example`. */
function domainOf(text: string): string {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .split(/[/?#:]/, 1)[0]
  return (host ?? '').replace(/^www\d?\./, '').replace(/\.$/, '')
}

const legalForms = new Set(
  `ag bv bvba co corp corporation cv eg ev eurl gbr gmbh inc incorporated kft kg kgaa kk lda limited limitada llc llp lp ltd
   ltda me mbh nv oao og ohg ooo oy oyj plc pte pty sa sab sae sarl sas sasu scs se sl sla slu snc spa spzoo spolka srl
   sro ug ab as asa aps sp zoo pt tbk bhd sdn`
    .split(/\s+/)
    .filter(Boolean),
)
const legalEndings = /(?:股份有限公司|有限责任公司|有限公司|株式会社|有限会社|合同会社|주식회사)/g

function companyForm(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(legalEndings, ' ')
    .replace(/&/g, ' and ')
    // "G.m.b.H." and "S.A." are written with points, other words are divided by them.
    .replace(/\b(\p{L})\.(?=\p{L}(?:\.|\b))/gu, '$1')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  const words = plain.split(' ')
  while (words.length > 1 && legalForms.has(words.at(-1) ?? '')) words.pop()
  while (words.length > 1 && words.at(-1) === 'and') words.pop()
  return words.join(' ')
}
