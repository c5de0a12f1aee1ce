// `verify`: the proof an owner can ask for at any time. Every linked pair is read on both sides and compared; what
// differs is listed with what accounts for it. Writes nothing.

import { examples, wholeNumber, type AddCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exitOfVerified } from '../exit.ts'
import { verifyLines } from '../print/verify.ts'
import { withProgress } from '../progress.ts'

export const addVerify: AddCommand = (program, bench) => {
  const command = program
    .command('verify')
    .summary('read every linked pair on both sides, and list what differs')
    .description(
      'Reads every linked pair on both sides and lists what differs, with what accounts for it. Writes nothing. ' +
        'Exits with 0 when all agree, 2 when the next pass settles the rest, 1 when something waits or is unexplained.',
    )
    .option('--pipeline <name>', 'only this pipeline')
    .option('--max <n>', 'tell at most so many deals one by one; all are counted', wholeNumber)
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(verify))
  examples(command, 'dealbridge verify', 'dealbridge verify --pipeline cosell-dach --json > proof.json')
}

interface VerifyFlags {
  readonly pipeline?: string
  readonly max?: number
  readonly json?: boolean
}

async function verify(context: Context, { json, ...request }: VerifyFlags): Promise<number> {
  return await context.withDaemonOr(async (control, settings) => {
    const watched = { ...context.parts, label: 'Comparing' }
    const found = await withProgress(watched, async (tell) => await control.verify(request, tell))
    const print = { paint: context.paint, zone: context.zone(settings), now: context.parts.clock.now() }
    if (json) context.json(found)
    else context.lines(verifyLines(found, print))
    for (const { trouble } of found.pipelines) if (trouble) context.failure(trouble)
    return exitOfVerified(found.pipelines)
  })
}
