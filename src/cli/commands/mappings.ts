// `mappings`: everything about mapping files.

import { examples, type AddCommand } from '../command.ts'
import { addDiff, addDocs, addFmt } from './mappings/as-text.ts'
import { addPreview } from './mappings/preview.ts'
import { addPublish } from './mappings/publish.ts'
import { addSuggest } from './mappings/suggest.ts'
import { addTest } from './mappings/test.ts'
import { addValidate } from './mappings/validate.ts'

export const addMappings: AddCommand = (program, bench) => {
  const group = program
    .command('mappings')
    .summary('mapping files: validate, test, preview, suggest, diff, fmt, docs, publish')
    .description('Everything about mapping files. Where no file is given, all files that pipelines use are meant.')
  examples(group, 'dealbridge mappings validate', 'dealbridge mappings preview --referral 49d90c72 --changed')
  for (const add of [addValidate, addTest, addPreview, addSuggest, addDiff, addFmt, addDocs, addPublish])
    add(group, bench)
}
