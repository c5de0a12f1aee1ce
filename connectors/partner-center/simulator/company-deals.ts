// The deals of the pretended company, as a table one can read. Every sort of referral is there; customers of Europe on
// one hand and of the Americas and Asia on the other, so that each goes to another CRM. All of it is made up.

import { z } from 'zod'

export const sorts = [
  'inquiry',
  'contact me',
  'offer lead',
  'marketing lead',
  'sales lead',
  'from Microsoft',
  'with Microsoft',
  'own, private',
  'own, visible',
  'from a partner',
] as const
export type Sort = (typeof sorts)[number]
export const states = ['new', 'received', 'accepted', 'won', 'lost', 'declined', 'expired', 'error'] as const
export type State = (typeof states)[number]

// age: hours since it came. closes: days until it should close. left: hours to answer, where not the usual fourteen days
// are. hot: the customer asked to be called. step: how far it has come.
const table = `
sort           | state    | customer                 | deal                        | street              | city              | code      | in | person        | age  | value       | closes | area                  | more
from Microsoft | new      | Contoso AG               | Azure migration             | Leopoldstr. 12      | München           | 80802     | DE | Sue Smith     | 5    | 84000 EUR   | 28     | Azure                 |
from Microsoft | received | Trey Research            | Landing zone                | Sveavägen 44        | Stockholm         | 111 34    | SE | Nils Berg     | 310  | 38000 SEK   | 60     | Azure                 | left 26
from Microsoft | accepted | Litware GmbH             | SAP on Azure                | Hafenstr. 3         | Hamburg           | 20457     | DE | Jan Petersen  | 620  | 240000 EUR  | 45     | Azure                 | step 40
from Microsoft | accepted | Adventure Works          | Copilot pilot               | Bahnhofstr. 7       | Zürich            | 8001      | CH | Urs Keller    | 190  | 60000 CHF   | 20     | Modern Work           | step 80
with Microsoft | accepted | Alpine Ski House         | Teams Phone                 | Dorfplatz 1         | Davos             | 7270      | CH | Livia Caduff  | 140  | 18000 CHF   | 30     | Modern Work           | step 20
with Microsoft | accepted | Woodgrove Bank           | Sentinel for branches       | Mainzer Landstr. 90 | Frankfurt am Main | 60327     | DE | Ines Vogel    | 900  | 310000 EUR  | 75     | Security              | step 60
sales lead     | new      | Fourth Coffee            | Fabric proof of concept     | Mariahilfer Str. 55 | Wien              | 1060      | AT | Eva Gruber    | 324  | 27500 EUR   | 40     | Data & AI             | left 6
sales lead     | new      | Proseware                | Defender rollout            | Keizersgracht 201   | Amsterdam         | 1016 DS   | NL | Daan Visser   | 190  | 45000 EUR   | 35     | Security              | left 145
sales lead     | won      | Wingtip Toys             | Windows 365                 | 14 rue de Rennes    | Paris             | 75006     | FR | Chloé Martin  | 1500 | 52000 EUR   | -20    | Modern Work           |
sales lead     | declined | Relecloud                | Power Platform governance   | Gran Vía 28         | Madrid            | 28013     | ES | Lucía Romero  | 700  | 9000 EUR    | 10     | Business Applications |
own, visible   | accepted | Lucerne Publishing       | Archive in the cloud        | Pilatusstr. 20      | Luzern            | 6003      | CH | Beat Odermatt | 480  | 72000 CHF   | 50     | Azure                 | step 40
own, private   | accepted | Margie's Travel          | Booking platform            | 8 Merrion Row       | Dublin            | D02 KW74  | IE | Aoife Byrne   | 260  | 31000 EUR   | 65     | Azure                 |
from a partner | new      | Tailwind Traders         | Managed services            | 5 Canal Street      | Manchester        | M1 3HE    | GB | Grace Hill    | 30   | 64000 GBP   | 90     | Azure                 |
contact me     | new      | Adatum Brasil Ltda       | Fabrikam Insights           | Av. Paulista 1000   | São Paulo         | 01310-100 | BR | Rafael Costa  | 9    | 15000 BRL   | 30     | Data & AI             | hot
inquiry        | new      | Fincher Architects       | Advice on device management | 77 Pine Street      | Seattle WA        | 98101     | US | Dana Reed     | 60   | 12000 USD   | 45     | Modern Work           | hot
marketing lead | new      | Humongous Insurance      | Claims automation           | 200 Peachtree St    | Atlanta GA        | 30303     | US | Marcus Lee    | 250  | 150000 USD  | 120    | Business Applications | left 86
offer lead     | new      | Graphic Design Institute | Fabrikam Insights           | 31 King St W        | Toronto           | M5H 1J9   | CA | Priya Shah    | 400  | 0 CAD       | 30     | Data & AI             |
from Microsoft | accepted | Northwind Traders        | Dynamics 365 rollout        | 507 20th Ave E      | Seattle WA        | 98122     | US | Nancy Cole    | 540  | 50000 USD   | 55     | Business Applications | step 60
from Microsoft | new      | Wide World Importers     | IoT for warehouses          | Xinyi Rd 5          | Taipei            | 110       | TW | Wei Chen      | 75   | 2400000 TWD | 70     | Azure                 |
with Microsoft | accepted | Coho Vineyard            | Harvest analytics           | Av. Apoquindo 3000  | Santiago          | 7550000   | CL | Camila Rojas  | 330  | 41000 USD   | 40     | Data & AI             | step 20
sales lead     | accepted | Consolidated Messenger   | Contact center              | 2-7-1 Marunouchi    | Tokyo             | 100-0005  | JP | Yuki Tanaka   | 430  | 9800000 JPY | 80     | Business Applications | step 40
sales lead     | lost     | VanArsdel                | Virtual desktops            | 1 Market St         | San Francisco CA  | 94105     | US | Ed Moore      | 1700 | 88000 USD   | -40    | Modern Work           |
own, visible   | accepted | City Power & Light       | Grid telemetry              | 12 MG Road          | Bengaluru         | 560001    | IN | Arjun Rao     | 210  | 7200000 INR | 100    | Azure                 | step 20
inquiry        | expired  | Best For You Organics    | Web shop                    | Reforma 222         | Ciudad de México  | 06600     | MX | Sofía Vega    | 500  | 20000 MXN   | 15     | Azure                 |
own, private   | error    | School of Fine Art       | Test of the sync            | 9 Orchard Rd        | Singapore         | 238823    | SG | Hui Min Tan   | 800  | 1000 SGD    | 5      | Azure                 |
`

const Line = z.object({
  sort: z.enum(sorts),
  state: z.enum(states),
  customer: z.string(),
  deal: z.string(),
  street: z.string(),
  city: z.string(),
  code: z.string(),
  in: z.string().length(2),
  person: z.string(),
  age: z.coerce.number(),
  value: z.string(),
  closes: z.coerce.number(),
  area: z.string(),
  more: z.string().default(''),
})
export type Line = z.infer<typeof Line>

const [heads = [], ...lines] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))

export const deals: readonly Line[] = lines.map((cells) =>
  Line.parse(Object.fromEntries(heads.map((head, index) => [head, cells[index]]))),
)

/** What stands under `more`: `left 26` gives 26 for `left`. */
export const numberIn = ({ more }: Line, word: string): number | undefined => {
  const found = new RegExp(`\\b${word} (\\d+)`).exec(more)?.[1]
  return found === undefined ? undefined : Number(found)
}
