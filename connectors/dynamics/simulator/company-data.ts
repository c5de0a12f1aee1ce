// The rows of the pretended company, as data.

export const users: readonly { name: string; mail: string; application?: true; disabled?: true }[] = [
  { name: '# dealbridge', mail: 'dealbridge@fabrikam.example', application: true },
  { name: 'Mei Tan', mail: 'mei.tan@fabrikam.example' },
  { name: 'Priya Nair', mail: 'priya.nair@fabrikam.example' },
  { name: 'Inside Sales', mail: 'inside-sales@fabrikam.example' },
  { name: 'Former Seller', mail: 'former.seller@fabrikam.example', disabled: true },
  { name: 'Lukas Weber', mail: 'lukas.weber@fabrikam.example' },
  { name: 'Anna Meier', mail: 'anna.meier@fabrikam.example' },
  { name: 'Co-sell Desk', mail: 'cosell-desk@fabrikam.example' },
  { name: 'Environment Administrator', mail: 'd365-admins@fabrikam.example' },
]

export const teams: readonly { name: string; mail: string | null; access?: true }[] = [
  { name: 'Co-sell desk', mail: 'cosell-desk@fabrikam.example' },
  { name: 'Co-sell Brasil', mail: null },
  { name: 'Co-sell Taiwan', mail: null },
  { name: 'Deal room', mail: null, access: true },
]

/** Code, name, how many for one of the base currency, decimals. */
export const currencies: readonly (readonly [string, string, string, number])[] = [
  ['USD', 'US Dollar', '1', 2],
  ['EUR', 'Euro', '0.92', 2],
  ['BRL', 'Brazilian Real', '5.4', 2],
  ['TWD', 'New Taiwan Dollar', '32.1', 2],
  ['JPY', 'Japanese Yen', '155.2', 0],
  ['KWD', 'Kuwaiti Dinar', '0.307', 3],
]

export const accounts = [
  {
    name: 'Adatum Brasil Ltda',
    websiteurl: 'https://www.adatum.example',
    address1_country: 'BR',
    address1_city: 'São Paulo',
  },
  {
    name: 'Wide World Importers',
    websiteurl: 'http://wideworldimporters.example',
    address1_country: 'US',
    address1_city: 'Seattle',
  },
  {
    name: 'Trey Research K.K.',
    websiteurl: 'https://treyresearch.example',
    address1_country: 'JP',
    address1_city: 'Tokyo',
  },
  {
    name: 'Lucerne Publishing, Inc.',
    websiteurl: 'lucernepublishing.example',
    address1_country: 'US',
    address1_city: 'Denver',
  },
  {
    name: '康多索股份有限公司',
    websiteurl: 'https://contoso-taiwan.example',
    address1_country: 'TW',
    address1_city: '台北',
  },
  {
    name: 'Proseware México',
    websiteurl: 'https://proseware.example',
    address1_country: 'MX',
    address1_city: 'Monterrey',
  },
  { name: 'Southridge Video', websiteurl: null, address1_country: 'US', address1_city: 'Austin' },
  {
    name: 'Fourth Coffee',
    websiteurl: 'https://fourthcoffee.example',
    address1_country: 'CA',
    address1_city: 'Toronto',
  },
]

/** `account`: which of the accounts above, counted from one. */
export const contacts = [
  { account: 1, firstname: 'Compras', lastname: 'Adatum', emailaddress1: 'compras@adatum.example' },
  { account: 2, firstname: 'Buying', lastname: 'Office', emailaddress1: 'buying@wideworldimporters.example' },
  { account: 3, firstname: 'IT', lastname: 'Desk', emailaddress1: 'it@treyresearch.example' },
  { account: 4, firstname: 'Press', lastname: 'Room', emailaddress1: 'press@lucernepublishing.example' },
  { account: 5, firstname: '資訊', lastname: '部', emailaddress1: 'it@contoso-taiwan.example' },
  { account: 6, firstname: 'Sistemas', lastname: 'Proseware', emailaddress1: 'sistemas@proseware.example' },
  { account: 8, firstname: 'Head', lastname: 'Barista', emailaddress1: 'office@fourthcoffee.example' },
]

export const leads = [
  {
    subject: 'Asked about Defender',
    companyname: 'Coho Winery',
    lastname: 'Cellar',
    emailaddress1: 'cellar@cohowinery.example',
    leadqualitycode: 2,
  },
  { subject: 'Trade fair card', companyname: 'Blue Yonder Airlines', lastname: 'Ground', leadqualitycode: 3 },
  {
    subject: 'Newsletter reply',
    companyname: 'Alpine Ski House',
    lastname: 'Reception',
    emailaddress1: 'reception@alpineskihouse.example',
    leadqualitycode: 3,
  },
]

interface Deal {
  readonly name: string
  readonly estimatedvalue: string
  readonly estimatedclosedate: string
  readonly salesstage: number
  readonly statuscode?: number
  readonly opportunityratingcode: number
  readonly account: number
  readonly contact: number | null
  readonly currency: number
  /** Which user, unless a team owns it. */
  readonly owner: number
  readonly team: number | null
  readonly closed?: {
    readonly outcome: 'Won' | 'Lost'
    readonly status: number
    readonly on: string
    readonly revenue: string | null
    readonly words: string | null
  }
}

const deal = (
  name: string,
  [estimatedvalue, currency]: readonly [string, number],
  estimatedclosedate: string,
  rest: Partial<Deal>,
): Deal => ({
  name,
  estimatedvalue,
  currency,
  estimatedclosedate,
  salesstage: 0,
  opportunityratingcode: 2,
  account: 1,
  contact: null,
  owner: 2,
  team: null,
  ...rest,
})

export const deals: readonly Deal[] = [
  deal('Adatum – data estate', ['420000', 3], '2026-12-15', { account: 1, contact: 1, team: 2, salesstage: 1 }),
  deal('Adatum – Copilot pilot', ['60000', 3], '2027-01-31', { account: 1, contact: 1, team: 2 }),
  deal('Wide World – ERP move', ['185000', 1], '2026-12-18', {
    account: 2,
    contact: 2,
    salesstage: 2,
    opportunityratingcode: 1,
  }),
  deal('Trey Research – landing zone', ['9800000', 5], '2027-03-31', {
    account: 3,
    contact: 3,
    owner: 3,
    salesstage: 1,
  }),
  deal('Lucerne – archive to cloud', ['72500.5', 1], '2026-11-30', {
    account: 4,
    contact: 4,
    salesstage: 3,
    opportunityratingcode: 1,
  }),
  deal('康多索 – 資料平台', ['2450000', 4], '2027-02-15', { account: 5, contact: 5, team: 3, salesstage: 2 }),
  deal('Proseware – Defender roll-out', ['38000', 1], '2027-01-15', {
    account: 6,
    contact: 6,
    owner: 3,
    statuscode: 2,
  }),
  deal('Southridge – render farm', ['51000', 1], '2027-04-01', { account: 7, opportunityratingcode: 3 }),
  deal('Fourth Coffee – loyalty app', ['18000', 1], '2026-12-05', { account: 8, contact: 7, salesstage: 1 }),
  deal('Wide World – helpdesk bot', ['24000', 1], '2026-10-30', {
    account: 2,
    contact: 2,
    salesstage: 3,
    closed: { outcome: 'Won', status: 3, on: '2026-10-28', revenue: '22500', words: 'Signed for two years.' },
  }),
  deal('Lucerne – print room', ['12000', 1], '2026-10-01', {
    account: 4,
    contact: 4,
    closed: { outcome: 'Lost', status: 4, on: '2026-09-25', revenue: null, words: 'The project was called off.' },
  }),
]
