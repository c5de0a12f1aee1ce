// Makes a checkout (or an installed package) runnable: first the right Node, then the packages.
//
//   node scripts/bootstrap.mjs              before npm start and npm test: install what is missing or stale
//   node scripts/bootstrap.mjs --installed  from "prepare": somebody has just run npm themselves, note it
//
// It has no dependencies and runs on Node 18 and later, because it is what fetches everything else.
// A host whose own Node is new enough gets nothing extra.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const toolchain = path.join(root, 'tools', 'node')
const lockDir = path.join(root, '.bootstrap-lock')
const lockPatienceMs = 5_000

const neededMajor = () => {
  const { engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  return Number(String(engines.node).replace(/\D*(\d+).*/, '$1'))
}
const runningMajor = Number(process.versions.node.split('.')[0])

// npm puts node_modules/.bin first on PATH, so this script may already be running on the fetched Node:
// that must not make it believe the host has a new one.
const onFetchedNode =
  fs.existsSync(toolchain) && fs.realpathSync(process.execPath).startsWith(fs.realpathSync(toolchain))
const needsFetchedNode = () => onFetchedNode || runningMajor < neededMajor()

function fetchedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  return path.join(
    toolchain,
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
    'bin',
    name,
  )
}

// A stamp of the lockfile's hash tells whether what is installed is what the lockfile says.
const stampOf = (dir) => path.join(dir, 'node_modules', '.dealbridge-stamp')
const lockHash = (dir) =>
  createHash('sha256')
    .update(fs.readFileSync(path.join(dir, 'package-lock.json')))
    .digest('hex')
const writeStamp = (dir) => fs.writeFileSync(stampOf(dir), lockHash(dir))
function isInstalled(dir) {
  try {
    return fs.readFileSync(stampOf(dir), 'utf8') === lockHash(dir)
  } catch {
    return false
  }
}

function installInto(dir, node) {
  if (isInstalled(dir)) return
  console.error(`dealbridge: installing ${dir === root ? 'packages' : `Node ${neededMajor()}`} (once) …`)
  const run = spawnNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], dir, node)
  if (run.status !== 0)
    throw new Error(
      `npm ci failed in ${path.relative(process.cwd(), dir) || '.'} (${run.error?.message ?? run.signal ?? `exit ${run.status}`})`,
    )
  writeStamp(dir)
}

function spawnNpm(args, cwd, node) {
  const env = {
    ...process.env,
    DEALBRIDGE_BOOTSTRAPPING: '1',
    PATH: path.dirname(node) + path.delimiter + process.env.PATH,
  }
  // What the outer npm told this script about itself would mislead the inner one.
  for (const name of Object.keys(env))
    if (/^npm_(package|lifecycle|command|config_local_prefix)/.test(name)) delete env[name]
  const stdio = ['ignore', process.stderr, process.stderr]
  // npm's own script on the right Node: no EBADENGINE noise, and postinstall checks see that Node.
  const npm = process.env.npm_execpath
  if (npm && fs.existsSync(npm)) return spawnSync(node, [npm, ...args], { cwd, env, stdio })
  return spawnSync('npm', args, { cwd, env, stdio, shell: process.platform === 'win32' })
}

/** The Node to run on: the host's, or the fetched one where the host's is too old. */
export function ensureNode() {
  if (!needsFetchedNode()) return process.execPath
  if (!isInstalled(toolchain)) exclusively(() => installInto(toolchain, process.execPath))
  const node = fetchedNode()
  if (fs.existsSync(node)) return node
  throw new Error(
    `there is no packaged Node ${neededMajor()} for ${process.platform}-${process.arch}: install Node ${neededMajor()} or newer yourself`,
  )
}

// npm scripts find node_modules/.bin/node before the host's.
function linkIntoPath(node) {
  const link = path.join(root, 'node_modules', '.bin', 'node')
  if (!needsFetchedNode() || fs.existsSync(link)) return
  fs.mkdirSync(path.dirname(link), { recursive: true })
  fs.rmSync(link, { force: true })
  if (process.platform === 'win32') fs.writeFileSync(`${link}.cmd`, `@"${node}" %*\r\n`)
  else fs.symlinkSync(path.relative(path.dirname(link), node), link)
}

const isLinked = () =>
  !needsFetchedNode() ||
  fs.existsSync(path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node'))

function ensurePackages() {
  if (isInstalled(root) && isLinked()) return
  const node = ensureNode()
  exclusively(() => {
    installInto(root, node)
    linkIntoPath(node)
  })
}

// Two npm commands may start at once. A directory is the lock: making one is atomic everywhere.
function exclusively(work) {
  while (!tryLock()) pauseMs(200)
  try {
    work()
  } finally {
    fs.rmSync(lockDir, { recursive: true, force: true })
  }
}

function tryLock() {
  try {
    fs.mkdirSync(lockDir)
    fs.writeFileSync(path.join(lockDir, 'pid'), String(process.pid))
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isAbandoned()) fs.rmSync(lockDir, { recursive: true, force: true })
    return false
  }
}

function isAbandoned() {
  const made = fs.statSync(lockDir, { throwIfNoEntry: false })
  if (!made || Date.now() - made.mtimeMs < lockPatienceMs) return false
  try {
    process.kill(Number(fs.readFileSync(path.join(lockDir, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    return error.code !== 'EPERM'
  }
}

const pauseMs = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

// "prepare" runs on every npm install, ours included; only somebody else's needs noting.
function noteInstalled() {
  if (process.env.DEALBRIDGE_BOOTSTRAPPING || !fs.existsSync(path.join(root, 'node_modules'))) return
  linkIntoPath(ensureNode())
  writeStamp(root)
}

function main() {
  try {
    if (process.argv[2] === '--installed') noteInstalled()
    else ensurePackages()
  } catch (error) {
    console.error(`dealbridge: ${error.message}`)
    process.exitCode = 1
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href) main()
