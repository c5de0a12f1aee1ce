// Company names without what does not tell companies apart: legal forms, case, accents, punctuation.

/** Written without dots, spaces or accents, as tidyWord leaves them. Several words stand for several words. */
const legalForms: ReadonlySet<string> = new Set(
  `gmbh,gmbh and co kg,gmbh co kg,gmbh and co kgaa,ggmbh,mbh,ag,ag and co kg,se,se and co kgaa,kg,kgaa,ohg,gbr,ug,
ug haftungsbeschrankt,ek,eg,ev,ltd,limited,llc,llp,lp,inc,incorporated,corp,corporation,co,company,co ltd,company limited,
plc,pty ltd,pty limited,pte ltd,private limited,pvt ltd,pvt,sdn bhd,bhd,cic,sa,sas,sasu,sarl,eurl,sca,scop,srl,srls,spa,
snc,sapa,sl,slu,sau,sll,bv,nv,cv,bvba,sprl,vof,bvba,ab,hb,oy,oyj,oy ab,as,asa,aps,is,ehf,hf,kft,zrt,nyrt,bt,sp zoo,
sp z oo,spolka z oo,sro,spol sro,spol s ro,vos,doo,dd,ad,ood,eood,ltda,limitada,eireli,me,epp,sa de cv,s de rl de cv,sapi de cv,
sac,saa,eirl,spa,ooo,oao,zao,pao,tov,ооо,оао,зао,пао,ао,ип,тов,чп,tnc,sti,ltd sti,anonim sirketi,limited sirketi,jsc,pjsc,cjsc,
fze,fzc,fzco,fz llc,wll,llc fz,saoc,tbk,kk,gk,kabushiki kaisha,kabushikigaisha,godo kaisha`
    .split(',')
    .map((form) => form.trim()),
)

/** Written in front or behind, without a space. */
const attachedForms = [
  '股份有限公司',
  '有限責任公司',
  '有限责任公司',
  '股份公司',
  '有限公司',
  '株式会社',
  '有限会社',
  '合同会社',
  '(株)',
  '(有)',
  '㈱',
  '주식회사',
  '유한회사',
  '(주)',
]

/** Forms that stand before the name with a space: `PT Contoso Tbk`, `ООО Контосо`. */
const leadingForms: ReadonlySet<string> = new Set([
  'pt',
  'cv',
  'ooo',
  'oao',
  'zao',
  'pao',
  'ооо',
  'оао',
  'зао',
  'пао',
  'ао',
  'тов',
])

const longestForm = 5

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

function tidyWord(word: string): string {
  return word
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßøæœłđðþı]/g, (letter) => letters[letter] ?? letter)
    .replaceAll(/[+&]/g, 'and')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .normalize('NFC')
}

/** The name without its legal form, otherwise as it was written: `Contoso GmbH & Co. KG` → `Contoso`. */
export function companyName(text: string): string {
  const words = detached(text.slice(0, 1000)).split(/\s+/).filter(Boolean)
  const plain = words.map(tidyWord)
  let end = words.length
  for (let found = formAt(plain, end); found > 0; found = formAt(plain, end)) end -= found
  const start = leadingForms.has(plain[0] ?? '') && end > 1 ? 1 : 0
  return words
    .slice(start, end)
    .join(' ')
    .replace(/[\s,;&-]+$/, '')
}

/** How many of the last words are a legal form, or a joint left over before one; never all of them. */
function formAt(plain: readonly string[], end: number): number {
  for (let size = Math.min(longestForm, end - 1); size > 0; size -= 1) {
    const form = plain
      .slice(end - size, end)
      .filter(Boolean)
      .join(' ')
    if (form === '' || form === 'and' || legalForms.has(form)) return size
  }
  return 0
}

function detached(text: string): string {
  const trimmed = text.trim()
  for (const form of attachedForms) {
    if (trimmed.length <= form.length) continue
    if (trimmed.endsWith(form)) return trimmed.slice(0, -form.length)
    if (trimmed.startsWith(form)) return trimmed.slice(form.length)
  }
  return trimmed
}

/** What two spellings of one company have in common: compared, never shown. */
export function companyKey(text: string): string {
  const key = companyName(text).split(/\s+/).map(tidyWord).filter(Boolean).join(' ')
  return key === '' ? text.trim().toLowerCase() : key
}
