// What the codes of working with mapping files mean, at length.

import type { Codebook } from '#core/codes'

export const mappingDeskCodes: Codebook = {
  'DB-2032': {
    title: 'The mapping names a system that is not configured',
    means: '`source` or `target` of a mapping is none of the connections of the configuration.',
    why: 'A slip of the finger, a connection that was renamed, or a mapping from somewhere else.',
    fix: 'Use the name of a connection, or its type.',
    who: 'CRM admin',
  },
  'DB-2033': {
    title: 'No pipeline uses this mapping',
    means: 'Only a mapping that a pipeline uses can be published, looked at on a deal, or have versions.',
    why: 'It is a draft, or the pipeline names another file.',
    fix: 'Name it under a pipeline’s `mapping`, or give the file that is named there.',
    who: 'CRM admin',
  },
  'DB-2034': {
    title: 'No such version of a mapping',
    means: 'The pipeline never worked with a version of that number, or its words are no longer kept.',
    why: 'A slip of the finger; or more than fifty versions ago.',
    fix: '`dealbridge mappings publish --list` shows the versions there are.',
    who: 'CRM admin',
  },
  'DB-2035': {
    title: 'The file changed meanwhile',
    means: 'A file that was to be changed no longer says what it said a moment ago. It was left as it is.',
    why: 'An editor saved it, or another command changed it.',
    fix: 'Run the command again.',
    who: 'CRM admin',
  },
  'DB-2037': {
    title: 'A version needs a note',
    means: 'A mapping is to be published, and nothing says what changed, and why.',
    why: '--note was left out, and nobody was there to be asked.',
    fix: 'Say it: --note "call-backs are Hot".',
    who: 'CRM admin',
  },
  'DB-2038': {
    title: 'Nothing is published yet',
    means: 'A mapping is to be compared with the published one, and its pipeline has not worked with any.',
    why: 'The folder is new: the first pass, or the first `publish`, makes version 1.',
    fix: 'Publish it (`dealbridge mappings publish --note …`), or compare two files.',
    who: 'CRM admin',
  },
  'DB-2036': {
    title: 'A file is there already',
    means: 'Something would be written where a file stands. It was left as it is.',
    why: 'It was made before.',
    fix: 'Give another name, move the file away, or say --force where the command has it.',
    who: 'CRM admin',
  },
}
