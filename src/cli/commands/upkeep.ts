// `service`: life on a machine: backups, the settings as they are resolved, a unit for systemd, a file for support.

import type { Command } from 'commander'
import { textOf } from '#core/model/json'
import { resolvedSettings } from '#settings/resolved'
import { examples, type AddCommand, type Bench } from '../command.ts'
import { BadSettings, type Context } from '../context.ts'
import { exit } from '../exit.ts'
import { table } from '../print/table.ts'
import { systemdUnit } from '../print/unit.ts'
import { plural } from '../print/words.ts'

export const addUpkeep: AddCommand = (program, bench) => {
  const group = program
    .command('service')
    .summary('life on a machine: backup, restore, config, install, bundle')
    .description('Life on a machine.')
  examples(group, 'dealbridge service backup --to /var/backups/dealbridge', 'dealbridge service config --resolved')
  addBackup(group, bench)
  addRestore(group, bench)
  addConfig(group, bench)
  addInstall(group, bench)
  addBundle(group, bench)
}

function addBackup(group: Command, bench: Bench): void {
  const command = group
    .command('backup')
    .description('Copies the ledgers into a new folder, while the daemon works on. Sign-ins are not copied.')
    .requiredOption('--to <folder>', 'a folder that is not there yet, or empty')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(backup))
  examples(
    command,
    'dealbridge service backup --to backup/monday',
    'dealbridge service backup --to backup/monday --json',
  )
}

async function backup(
  context: Context,
  { to, json }: { readonly to: string; readonly json?: boolean },
): Promise<number> {
  return await context.withControl(async (control) => {
    const found = await control.backup({ to: context.parts.files.resolve(to) })
    if (json) context.json(found)
    else
      context.lines(
        found.ledgers.map(
          ({ pipeline, directory, links, events }) =>
            `${context.paint.good('✓')} ${pipeline}: ${plural(links, 'deal')} and ${plural(events, 'event')} in ${directory}`,
        ),
      )
    return exit.done
  })
}

interface RestoreFlags {
  readonly from: string
  readonly force?: boolean
}

function addRestore(group: Command, bench: Bench): void {
  const command = group
    .command('restore')
    .description('Puts a backup in place of the ledgers. The daemon must not be running.')
    .requiredOption('--from <folder>', 'what `service backup` wrote')
    .option('--force', 'set aside what is there now')
    .action(bench.run(restore))
  examples(
    command,
    'dealbridge service restore --from backup/monday',
    'dealbridge service restore --from backup/monday --force',
  )
}

async function restore(context: Context, { from, force }: RestoreFlags): Promise<number> {
  const settings = await context.settings()
  const done = await context.parts.restore(settings, context.parts.files.resolve(from), force ?? false)
  context.lines(
    done.map(
      ({ pipeline, links, setAside }) =>
        `${context.paint.good('✓')} ${pipeline}: ${plural(links, 'deal')} restored${setAside === null ? '' : `; what was there is in ${setAside}`}`,
    ),
  )
  context.note('What happened since the backup is found again by the keys both sides hold: dealbridge plan')
  return exit.done
}

function addConfig(group: Command, bench: Bench): void {
  const command = group
    .command('config')
    .description('The settings in force. Secrets are shown as the references they are.')
    .option('--resolved', 'every setting, with where its value comes from')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(config))
  examples(command, 'dealbridge service config --resolved', 'dealbridge service config --resolved --profile sandbox')
}

interface ConfigFlags {
  readonly resolved?: boolean
  readonly json?: boolean
}

async function config(context: Context, { resolved, json }: ConfigFlags): Promise<number> {
  const loaded = await context.parts.load(await context.wish())
  if (!loaded.result.ok) throw new BadSettings(loaded.result.problems, loaded.sources)
  const all = resolvedSettings(loaded)
  const shown = resolved ? all : all.filter(({ from }) => from !== 'default')
  if (json) context.json({ schema: 'dealbridge.config/v1', settings: shown })
  else {
    const rows = shown.map(({ path, value, from }) => [
      path,
      typeof value === 'object' ? JSON.stringify(value) : textOf(value),
      from,
    ])
    context.lines(table(['SETTING', 'VALUE', 'FROM'], rows, context.paint))
  }
  return exit.done
}

function addInstall(group: Command, bench: Bench): void {
  const command = group
    .command('install')
    .description('Writes what a service manager needs to run the daemon. Installs nothing by itself.')
    .option('--systemd', 'a unit for systemd')
    .option('--out <file>', 'into this file instead of standard output')
    .action(bench.run(install))
  examples(
    command,
    'dealbridge service install --systemd',
    'dealbridge service install --systemd --out /etc/systemd/system/dealbridge.service',
  )
}

interface InstallFlags {
  readonly systemd?: boolean
  readonly out?: string
}

async function install(context: Context, { systemd, out }: InstallFlags): Promise<number> {
  if (!systemd) {
    context.note('Say for which service manager: --systemd.')
    return exit.usage
  }
  const { files } = context.parts
  const settings = await context.settings()
  const unit = systemdUnit(settings, files.resolve(settings.file))
  if (out === undefined) context.parts.terminal.out(unit)
  else {
    await files.write(out, unit)
    context.note(`Written to ${out}. Next: systemctl daemon-reload && systemctl enable --now dealbridge`)
  }
  return exit.done
}

function addBundle(group: Command, bench: Bench): void {
  const command = group
    .command('bundle')
    .description('A file for support: versions, settings, how everything stands. No secrets, no customers.')
    .option('--out <file>', 'where to', 'dealbridge-bundle.json')
    .action(bench.run(bundle))
  examples(command, 'dealbridge service bundle', 'dealbridge service bundle --out /tmp/bundle.json')
}

async function bundle(context: Context, { out }: { readonly out: string }): Promise<number> {
  const { files, version, clock, crashes } = context.parts
  return await context.withControl(async (control) => {
    const status = await control.status()
    const loaded = await context.parts.load(await context.wish())
    const document = {
      schema: 'dealbridge.bundle/v1',
      version,
      at: clock.now(),
      // What deals are called names customers; how many there are does not.
      status: {
        ...status,
        answers: status.answers.length,
        problems: status.problems.map(({ code, count, what, since }) => ({ code, count, what, since })),
      },
      settings: resolvedSettings(loaded),
      errors: crashes.path(),
    }
    await files.write(out, `${JSON.stringify(document, null, 2)}\n`)
    context.lines([`${context.paint.good('✓')} ${out}`])
    context.note('Look through it before you send it.')
    return exit.done
  })
}
