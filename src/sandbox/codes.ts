// What the sandbox's codes mean.

import type { Codebook } from '#core/codes'

export const sandboxCodes: Codebook = {
  'DB-1160': {
    title: 'No sandbox runs here',
    means: 'A story or a turn of the clock was asked for, and no sandbox answers in this folder.',
    why: 'It was not started, was started in another folder, or has ended.',
    fix: 'Start one in another terminal, in the same folder: dealbridge sandbox',
    who: 'operations',
  },
  'DB-1161': {
    title: 'The sandbox cannot do that',
    means: 'A story has no deal it could be played with, or a time to let pass could not be read.',
    why: 'Stories work with linked deals, and need the pipelines to write first.',
    fix: 'Wait until the tour is over, or see: dealbridge sandbox play --list',
    who: 'operations',
  },
  'DB-1169': {
    title: 'A sandbox runs here already',
    means: 'One folder has one sandbox that goes on living, and the one that runs here answers.',
    why: 'It was started in another terminal, and has not been ended.',
    fix: 'Go on with that one, or end it with Ctrl-C. A tour that only plays and ends runs beside it: dealbridge sandbox --once',
    who: 'operations',
  },
}
