// The import law and the manners of files, as data and pure checks over {path, text}. The tests beside it hold the real
// tree to it, and show that each rule catches a deliberate break. The law in prose is in CONTRIBUTING.md.

import { dirname, join, posix } from 'node:path'

export interface SourceFile {
  /** From the repository's root, with slashes. */
  readonly path: string
  readonly text: string
}

export interface Breach {
  readonly file: string
  readonly rule: string
  readonly what: string
}

/** What each layer may lean on. `ledger` means all of it, `ledger port` only its two files of types. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  spi: ['core'],
  connectors: ['spi'],
  platform: ['core', 'spi'],
  settings: ['core', 'spi'],
  ledger: ['core'],
  engine: ['core', 'spi', 'ledger port'],
  testkit: ['core', 'spi', 'ledger port'],
  alerts: ['core', 'spi', 'settings', 'platform'],
  assembly: ['core', 'spi', 'settings', 'platform', 'ledger', 'engine'],
  control: ['core', 'spi', 'settings', 'platform', 'ledger port', 'engine', 'assembly'],
  daemon: ['core', 'spi', 'settings', 'platform', 'alerts', 'ledger port', 'engine', 'assembly', 'control'],
  cli: ['core', 'spi', 'settings', 'control'],
  console: ['core', 'spi', 'settings', 'control'],
  sandbox: ['core', 'spi', 'settings', 'engine', 'testkit'],
}

/** Installed packages, by who may use them. What is not listed is used by nobody. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  zod: Object.keys(arrows),
  '@lezer/common': ['core'],
  '@lezer/lr': ['core'],
  yaml: ['settings'],
  lowdb: ['ledger'],
  'p-retry': ['engine'],
  axios: ['platform'],
  pino: ['platform'],
  'prom-client': ['platform', 'daemon'],
  croner: ['daemon'],
  commander: ['cli'],
  jsforce: ['connectors'],
  oauth4webapi: ['connectors', 'alerts'],
  '@microsoft/microsoft-graph-client': ['alerts'],
  vitest: ['testkit'],
}

const portFiles: ReadonlySet<string> = new Set(['src/ledger/ledger.ts', 'src/ledger/entries.ts'])
const forbiddenNames: ReadonlySet<string> = new Set(['utils', 'helpers', 'common', 'misc', 'manager', 'service', 'lib'])
const linesMax = 350
const page = 'CONTRIBUTING.md, "The import law"'

/** One line a newcomer can act on. */
export const told = ({ file, rule, what }: Breach): string => `${file}: ${what}  [${rule}; see ${page}]`

/** Which connectors there are is main's to know: these tables are its own. */
const tables: ReadonlySet<string> = new Set(['connectors/builtin.ts', 'connectors/pretended.ts'])

export function layerOf(path: string): string {
  if (tables.has(path)) return 'main'
  if (path.startsWith('connectors/')) return 'connectors'
  const [top, layer] = path.split('/')
  return top === 'src' && path !== 'src/main.ts' ? (layer ?? '') : 'main'
}

export interface Import {
  readonly from: string
  /** `#core/model/ids`, `./plan.ts`, `zod`, `node:fs`. */
  readonly name: string
}

const importShape =
  /(?:^|[\s;}])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g

export function importsOf({ path, text }: SourceFile): readonly Import[] {
  return [...withoutComments(text).matchAll(importShape)].map(([, a, b]) => ({ from: path, name: a ?? b ?? '' }))
}

/** The file an import leads to; null for a package or a part of Node. */
export function targetOf({ from, name }: Import): string | null {
  if (name === '#spi') return 'src/spi/index.ts'
  if (name === '#ledger') return 'src/ledger/ledger.ts'
  if (name.startsWith('#')) return `src/${name.slice(1)}.ts`
  return name.startsWith('.') ? posix.normalize(join(dirname(from), name)) : null
}

export function breachesOf(files: readonly SourceFile[]): readonly Breach[] {
  return [...files.flatMap(breachesIn), ...loopsIn(files)]
}

function breachesIn(file: SourceFile): readonly Breach[] {
  return [
    ...importsOf(file).flatMap(importBreaches),
    ...nameBreaches(file),
    ...sizeBreaches(file),
    ...globalBreaches(file),
  ]
}

function importBreaches(one: Import): readonly Breach[] {
  const { from, name } = one
  const target = targetOf(one)
  const breach = (rule: string, what: string): readonly Breach[] => [{ file: from, rule, what }]
  if (target === null) return name.startsWith('node:') ? [] : packageBreaches(one)
  const layer = layerOf(from)
  if (layer === 'main') return []
  const other = layerOf(target)
  if (other === 'main') return breach('nothing imports main.ts, nor the tables it reads', `imports ${name}`)
  if (name.startsWith('.') && isOutside(from, target))
    return breach('a relative path may not leave its layer', `imports ${name}`)
  if (other === layer) return []
  if (other === 'connectors') return breach('only main.ts knows connectors', `imports ${name}`)
  if (layer === 'connectors' && name !== '#spi')
    return breach('connectors import #spi and nothing else of ours', `imports ${name}`)
  const may = arrows[layer] ?? []
  const allowed = may.includes(other) || (other === 'ledger' && may.includes('ledger port') && portFiles.has(target))
  return allowed ? [] : breach(`${layer} may import ${may.join(', ') || 'nothing of ours'}`, `imports ${name}`)
}

/** A connector's layer is its own folder: none imports another. */
function isOutside(from: string, target: string): boolean {
  const room = from.split('/').slice(0, 2).join('/')
  return !target.startsWith(`${room}/`) && dirname(from) !== dirname(target)
}

function packageBreaches({ from, name }: Import): readonly Breach[] {
  const known = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name)
  const layer = layerOf(from)
  const users = packages[known]
  if (layer === 'main' || users?.includes(layer)) return []
  return [{ file: from, rule: `${known} is for ${users?.join(', ') ?? 'nobody'}`, what: `imports ${name}` }]
}

function nameBreaches({ path }: SourceFile): readonly Breach[] {
  const words = path.replace(/\.\w+$/, '').split(/[/.-]/)
  const bad = words.find((word) => forbiddenNames.has(word))
  return bad === undefined ? [] : [{ file: path, rule: `"${bad}" names nothing`, what: 'has no name of its own' }]
}

function sizeBreaches({ path, text }: SourceFile): readonly Breach[] {
  const lines = text.split('\n').length - 1
  return lines > linesMax ? [{ file: path, rule: `files end at ${linesMax} lines`, what: `has ${lines} lines` }] : []
}

/** Time, chance, network, files and the process itself come in through a Host; platform is where they come from. */
const globals: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\(|\bnew Date\(\)/, 'reads the clock'],
  [/\bMath\.random\(/, 'rolls dice'],
  [/(?<![.\w])(?:setTimeout|setInterval|setImmediate)\(/, 'sets a timer'],
  [/(?<![.\w])fetch\(/, 'calls the network'],
  [/\bprocess\.(?:env|argv|stdout|stderr|stdin|exit|exitCode|on|once|cwd|hrtime|pid|kill)\b/, 'touches the process'],
  [
    /from '(?:node:)?(?:fs|fs\/promises|http|https|net|tls|dgram|child_process|timers|timers\/promises|worker_threads|cluster)'/,
    'opens a door of its own',
  ],
]

/** Where a door is the whole purpose of the file. */
const doors: readonly (readonly [prefix: string, what: string])[] = [
  ['src/platform/', ''],
  ['src/ledger/lowdb/', 'opens a door of its own'],
  ['src/ledger/lowdb/', 'sets a timer'],
  ['src/ledger/lowdb/', 'touches the process'],
  ['src/testkit/serve.ts', ''],
  // Asks Node for the certificates it trusts; connects to nothing.
  ['connectors/partner-center/webhook/trust.ts', 'opens a door of its own'],
  ['src/daemon/listener.ts', 'opens a door of its own'],
  // Compares addresses; opens nothing.
  ['src/daemon/health.ts', 'opens a door of its own'],
]

function globalBreaches(file: SourceFile): readonly Breach[] {
  const { path } = file
  const text = withoutComments(file.text)
  return globals
    .filter(
      ([shape, what]) =>
        shape.test(text) && !doors.some(([prefix, door]) => path.startsWith(prefix) && (door === '' || door === what)),
    )
    .map(([, what]) => ({ file: path, rule: 'time, chance, network and the process come from platform', what }))
}

/** Loops of files, type imports included: each named once, by the first file of the loop. */
function loopsIn(files: readonly SourceFile[]): readonly Breach[] {
  const next = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .map(targetOf)
        .filter((target) => target !== null),
    ]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const loops: Breach[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      const loop = [...trail.slice(trail.indexOf(path)), path]
      loops.push({ file: path, rule: 'no loops', what: `imports itself: ${loop.join(' > ')}` })
      return
    }
    state.set(path, 'open')
    for (const target of next.get(path) ?? []) walk(target, [...trail, path])
    state.set(path, 'done')
  }
  for (const { path } of files) walk(path, [])
  return loops
}

/** Comments may say anything. Strings that hold slashes stay whole where it matters: an import is never one of them. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
