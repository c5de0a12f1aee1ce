import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSecrets } from '#platform/secrets'
import { FixConfig, SecretRef } from '#spi'
import { handClock } from '../../support/host.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secrets-'))
})
afterAll(async () => await rm(directory, { recursive: true }))

const ref = (text: string): SecretRef => SecretRef.parse(text)

async function file(name: string, content: string, mode = 0o600): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  await chmod(path, mode)
  return path
}

const read = async (text: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
  await openSecrets({ clock: handClock(), env, root: directory }).read(ref(text))

async function refusal(text: string, env: Readonly<Record<string, string>> = {}): Promise<FixConfig> {
  const error = await read(text, env).then(
    () => undefined,
    (error: unknown) => error,
  )
  return error instanceof FixConfig ? error : expect.fail('expected a FixConfig')
}

describe('env:', () => {
  test('a variable', async () => {
    expect(await read('env:PC_SECRET', { PC_SECRET: 's3cret' })).toBe('s3cret')
  })
  test.each([{}, { PC_SECRET: '' }])('missing or empty: %j', async (env) => {
    expect(await refusal('env:PC_SECRET', env)).toMatchObject({ code: 'DB-1401' })
  })
  test('not what every object has', async () => {
    expect(await refusal('env:constructor')).toMatchObject({ code: 'DB-1401' })
  })
})

describe('file:', () => {
  test.each([
    ['as it is', 's3cret', 's3cret'],
    ['without the line end that editors add', 's3cret\n', 's3cret'],
    ['of Windows too', 's3cret\r\n', 's3cret'],
    ['but only one', 'a\n\n', 'a\n'],
    ['a key of many lines', '-----BEGIN\nabc\n-----END\n', '-----BEGIN\nabc\n-----END'],
  ])('%s', async (_, content, secret) => {
    expect(await read(`file:${await file('plain', content)}`)).toBe(secret)
  })
  test('from the folder that holds config/', async () => {
    await file('relative', 'x')
    expect(await read('file:relative')).toBe('x')
  })
  test('through a link, as Kubernetes mounts them', async () => {
    await file('target', 'x')
    await symlink(join(directory, 'target'), join(directory, 'link'))
    expect(await read('file:link')).toBe('x')
  })
  test.each([0o644, 0o640, 0o604, 0o660, 0o602])('open to others (%o) is refused (F130)', async (mode) => {
    const path = await file('open', 's3cret', mode)
    const error = await refusal(`file:${path}`)
    expect(error).toMatchObject({ code: 'DB-1403' })
    expect(error.message).toContain(`chmod 600 ${path}`)
    expect(error.message).not.toContain('s3cret')
  })
  test('and behind a link too', async () => {
    await file('open-target', 'x', 0o644)
    await symlink(join(directory, 'open-target'), join(directory, 'open-link'))
    expect(await refusal('file:open-link')).toMatchObject({ code: 'DB-1403' })
  })
  test.each<[string, () => Promise<string>]>([
    ['missing', async () => join(directory, 'missing')],
    ['empty', async () => await file('empty', '\n')],
    ['a directory', async () => (await mkdir(join(directory, 'folder'), { mode: 0o700 }), join(directory, 'folder'))],
    ['too large', async () => await file('large', 'x'.repeat(70_000))],
    ['no plain file', async () => '/dev/null'],
    ['below a file', async () => join(await file('flat', 'x'), 'y')],
  ])('%s', async (_, path) => {
    expect(await refusal(`file:${await path()}`)).toMatchObject({ code: 'DB-1402' })
  })
})

describe('credential:', () => {
  test('from the directory that systemd names', async () => {
    await file('salesforce.key', 'x', 0o440)
    expect(await read('credential:salesforce.key', { CREDENTIALS_DIRECTORY: directory })).toBe('x')
  })
  test('not when the world can read it', async () => {
    await file('world.key', 'x', 0o444)
    expect(await refusal('credential:world.key', { CREDENTIALS_DIRECTORY: directory })).toMatchObject({
      code: 'DB-1403',
    })
  })
  test('not without systemd', async () => {
    expect(await refusal('credential:x')).toMatchObject({ code: 'DB-1404' })
  })
  test.each(['../x', 'a/b', '.hidden', '..'])('not %s', async (name) => {
    expect(await refusal(`credential:${name}`, { CREDENTIALS_DIRECTORY: directory })).toMatchObject({ code: 'DB-1404' })
  })
})

test('read again after ten minutes, and at once when asked to', async () => {
  const clock = handClock()
  const env: Record<string, string> = { S: 'old' }
  const secrets = openSecrets({ clock, env })
  expect(await secrets.read(ref('env:S'))).toBe('old')
  env['S'] = 'new'
  clock.turn(10 * 60_000 - 1)
  expect(await secrets.read(ref('env:S'))).toBe('old')
  clock.turn(1)
  expect(await secrets.read(ref('env:S'))).toBe('new')
  env['S'] = 'newer'
  expect(await secrets.read(ref('env:S'), { fresh: true })).toBe('newer')
  expect(await secrets.read(ref('env:S'))).toBe('newer')
})
