// Makes what is published: the program as JavaScript below dist/, because Node does not run TypeScript below
// node_modules. The names by which layers know each other (`#core/…`) get a map of their own there.

import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

interface Manifest {
  readonly name: string
  readonly version: string
  readonly imports: Readonly<Record<string, string>>
}

/** From `./src/core/*.ts` to `./src/core/*.js`. */
function compiledImports(imports: Manifest['imports']): Manifest['imports'] {
  return Object.fromEntries(Object.entries(imports).map(([name, path]) => [name, path.replace(/\.ts$/, '.js')]))
}

rmSync(dist, { recursive: true, force: true })
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const compiled = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

const { name, version, imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
const manifest = { name, version, private: true, type: 'module', imports: compiledImports(imports) }
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
