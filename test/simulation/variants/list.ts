// Known-bad variants of the engine: each is one mistake that a careful engineer could make, and most are in a textbook
// somewhere. The simulation has to notice every one of them. Some are made by changing the engine's own text as it is
// loaded; a change that no longer fits anywhere is itself a failure. The others are made of wrong parts (wrong-parts.ts).

export interface Patch {
  readonly file: string
  readonly find: string
  readonly put: string
}

export interface Variant {
  readonly name: string
  readonly mistake: string
  /** Empty: it is made of a wrong part. */
  readonly patches: readonly Patch[]
}

const patched = (name: string, mistake: string, ...patches: readonly Patch[]): Variant => ({ name, mistake, patches })
const part = (name: string, mistake: string): Variant => ({ name, mistake, patches: [] })
const at = (file: string, find: string, put: string): Patch => ({ file: `src/${file}`, find, put })

const intents = 'await ledger.commit(batch.map((change) => this.#intentFor(change)))'

export const variants: readonly Variant[] = [
  // ── how a write is made ────────────────────────────────────────────────────────────────────────────────────────
  part('no-if-match', 'Updates do not say which state of the record they expect.'),
  part('upsert', 'A create whose key is taken writes its values over the record that is there.'),
  part('create-then-record', 'Records are made without a key, and remembered only after.'),
  part('blind-retry', 'A write whose answer was lost is sent again at once.'),
  part('lost-is-written', 'A lost answer is taken for a success.'),
  part('lost-is-refused', 'A lost answer is taken for a refusal.'),
  part('receipts-shuffled', 'Receipts of a batch are taken in another order than the writes.'),
  patched(
    'stale-is-written',
    'A refused precondition is taken for a success.',
    at(
      'engine/apply.ts',
      "    if (outcome === 'stale') {",
      "    if (outcome === 'stale') {\n      this.#written(change, { id: change.record ?? ('' as never), version: null }, moves, events)\n    } else if (outcome === ('never' as never)) {",
    ),
  ),

  // ── the ledger and the write ───────────────────────────────────────────────────────────────────────────────────
  patched('no-intents', 'Nothing is noted before a write.', at('engine/apply.ts', intents, 'await ledger.commit([])')),
  patched(
    'base-before-effect',
    'What both sides know is noted before the write instead of after it.',
    at(
      'engine/apply.ts',
      intents,
      `await ledger.commit(
      batch.flatMap((change) => {
        const link = this.#links.get(change.link)
        const written = { id: change.record ?? link?.record ?? ('' as never), version: null }
        return link && change.write.do === 'update' ? [this.#keep(afterWrite(link, change, { written, now: this.#frame.now }), change)] : []
      }),
    )`,
    ),
  ),
  patched(
    'outcome-before-effect',
    'An outcome is noted as sent before it is sent.',
    at(
      'engine/apply.ts',
      intents,
      `await ledger.commit(
      batch.flatMap((change) => {
        const link = this.#links.get(change.link)
        const written = { id: change.record ?? ('' as never), version: null }
        if (change.settles.closes === undefined || !link) return [this.#intentFor(change)]
        return [this.#keep(afterWrite(link, change, { written, now: this.#frame.now }), change)]
      }),
    )`,
    ),
  ),
  patched(
    'disk-ignored',
    'An intent that could not be stored does not keep its write from being sent.',
    at('engine/apply.ts', intents, `${intents}.catch(() => undefined)`),
  ),
  patched(
    'cursor-first',
    'The bookmark is kept as soon as the changes were read.',
    at(
      'engine/cycle.ts',
      '  const seen = await read(pipeline, signal)\n',
      '  const seen = await read(pipeline, signal)\n  if (writes) await record(pipeline, seen, { quiet: false })\n',
    ),
  ),
  patched(
    'no-mark',
    'A deal with something to write is not marked before the first write.',
    at(
      'core/reconcile/plan-all.ts',
      'of.again.has(link.key) ? { ...rest, unfinished: unfinished ?? of.now } : rest',
      'rest',
    ),
  ),
  patched(
    'base-never-moves',
    'What was written is not remembered as agreed.',
    at('engine/settle.ts', 'values: { ...link.base.values, ...settles.values } }', 'values: link.base.values }'),
  ),

  // ── lost answers ───────────────────────────────────────────────────────────────────────────────────────────────
  patched(
    'untouched-is-forgotten',
    'A record that still shows its old version settles that the write never arrived.',
    at(
      'engine/recover.ts',
      'over: intents.filter(({ at }) => later(at, believedMs) <= now), settle: false',
      'over: intents, settle: false',
    ),
  ),
  patched(
    'undirected-intents',
    'A lost write says nothing about what the other side knew.',
    at('engine/lost-updates.ts', 'const known = rows.filter(isReplaced)', 'const known = rows.slice(0, 0)'),
  ),
  patched(
    'no-settling',
    'Lost updates are never held against what the vendor shows.',
    at('engine/recover.ts', 'if (open.all.length === 0) return', 'if (open.all.length >= 0) return'),
  ),
  patched(
    'no-doubt',
    'A value that is back where it was settles that the write never arrived.',
    at(
      'engine/lost-updates.ts',
      'const doubtful = rows.filter(isUnmoved).map(({ row }) => row)',
      'const doubtful = rows.slice(0, 0).map(({ row }) => row)',
    ),
  ),
  patched(
    'creates-not-looked-up',
    'A create whose answer was lost is not looked for.',
    at(
      'engine/recover.ts',
      'const found = await findLostCreates(pipeline, ours, signal)',
      'const found = (await findLostCreates(pipeline, ours, signal)).slice(0, 0)',
    ),
  ),
  patched(
    'create-in-new-words',
    'A create whose answer was lost is sent again with what is known by then.',
    at(
      'engine/apply.ts',
      "    if (!earlier || earlier.write.do !== 'create') return change\n",
      '    if (earlier || change) return change\n',
    ),
  ),
  patched(
    'keyless-repeated-at-once',
    'A record without a key is made again while the first may still turn up.',
    at(
      'engine/apply.ts',
      'until !== undefined && until > this.#pipeline.clock.now()',
      'until !== undefined && until > this.#pipeline.clock.now() && this.#isOver()',
    ),
  ),
  patched(
    'outcome-sent-unseen',
    'A lost outcome counts as sent without the referral showing it.',
    at(
      'engine/lost-updates.ts',
      'if (standing === undefined || now !== standing.stage) return { shown: undefined, arrived: false, now }',
      'if (standing === undefined) return { shown: undefined, arrived: false, now }',
    ),
  ),

  // ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────
  part('no-overlap', 'Changes that became visible late are not read again.'),
  part('local-now-watermark', 'The bookmark is made of our own clock.'),
  patched(
    'no-monotonic-guard',
    'An older state from a lagging replica is taken for news.',
    at(
      'core/model/seen.ts',
      'if (freshUntil === undefined || freshUntil <= now) return false',
      'if (now !== undefined) return false',
    ),
  ),
  part('absent-is-empty', 'A field that is not shown is taken for one that was cleared.'),

  // ── merging ────────────────────────────────────────────────────────────────────────────────────────────────────
  patched(
    'no-base',
    'Sides are compared with each other only; the newer record wins.',
    at(
      'core/reconcile/merge.ts',
      "  const winner = (left && right) || asked ? decide(group, frame) : left ? 'left' : right ? 'right' : 'none'\n",
      "  const apart = moves.some((move) => !move.same)\n  const winner = asked ? decide(group, frame) : apart ? winnerBy('newest', frame) : 'none'\n",
    ),
  ),
  patched(
    'microsoft-always-wins',
    'When the sides differ, the referral wins.',
    at(
      'core/reconcile/merge.ts',
      "  const winner = (left && right) || asked ? decide(group, frame) : left ? 'left' : right ? 'right' : 'none'\n",
      "  const winner = asked ? decide(group, frame) : left || right ? 'left' : 'none'\n",
    ),
  ),
  part('split-groups', 'Value and currency are merged one by one.'),
  patched(
    'policy-ignored',
    'A true conflict goes to the CRM, whatever the mapping says.',
    at('core/reconcile/merge.ts', "  if (policy === 'ask') return 'ask'\n", "  if (policy) return 'right'\n"),
  ),
  patched(
    'answers-stay',
    'An answer decides the next conflict too.',
    at(
      'engine/settle.ts',
      'Object.fromEntries(Object.entries(of ?? {}).filter(([row]) => !Object.hasOwn(values, row)))',
      'Object.fromEntries(Object.entries(of ?? {}).filter(([row]) => row !== String(values)))',
    ),
    at(
      'core/reconcile/linked.ts',
      '    ...stillOpen(link, sides),\n',
      '    ...(link.answers ? { answers: link.answers } : {}),\n',
    ),
  ),

  // ── outcomes ───────────────────────────────────────────────────────────────────────────────────────────────────
  patched(
    'no-hold',
    'An outcome is sent at once.',
    at('core/reconcile/outcome.ts', 'link.waiting, now), outcomes.holdMs)', 'link.waiting, now), 0)'),
  ),
  part('hold-ends-with-the-process', 'An outcome that was held goes as soon as the process starts again.'),
  patched(
    'outcome-forgotten',
    'A stop on the way to an outcome does not bring the deal back.',
    at('core/reconcile/moves.ts', '  if (stage === undefined) return []\n', '  if (stage !== null) return []\n'),
  ),
  patched(
    'edits-agreed-with-the-outcome',
    'Edits that travel with an outcome count as agreed when it is planned.',
    at(
      'core/reconcile/moves.ts',
      '  for (const row of Object.keys(draft.values)) delete draft.values[rowId(row)]\n',
      '  if (draft.side !== rowId("")) draft.lines.length = 0\n',
    ),
  ),
  patched(
    'closed-is-tried',
    'A closed referral is written like any other.',
    at('core/reconcile/linked.ts', 'facts.stage !== null && !isClosed(facts.stage)', 'facts.stage !== null'),
  ),
  patched(
    'closed-deal-reopened',
    'A CRM that was closed by hand is put back to where Microsoft stands.',
    at(
      'core/reconcile/standing.ts',
      'function closedInCrm(view: StandingView, right: StageRow): StandingVerdict {\n',
      "function closedInCrm(view: StandingView, right: StageRow): StandingVerdict {\n  const back = stageRowFor(view.map, view.left)\n  if (back) return { do: 'toCrm', row: back, standing: view.left }\n",
    ),
  ),

  // ── identity and economy ───────────────────────────────────────────────────────────────────────────────────────
  patched(
    'deleted-is-made-again',
    'A deal that a person deleted is made again.',
    at(
      'core/reconcile/planner.ts',
      '  if (!crm || crm.gone) return missing(frame, link, crm)\n',
      '  if (!crm || crm.gone) return { link: { ...link, record: null, base: noBase, right: unseen }, changes: [], again: true }\n',
    ),
  ),
  patched(
    'every-deal-its-own-account',
    'Deals of one plan do not share the account they make.',
    at(
      'core/reconcile/lookups.ts',
      'const known = planned.find(lookup.kind, lookup.tries, env, within)',
      'const known = planned.find(lookup.kind, [], env, within)',
    ),
    at(
      'core/reconcile/lookups.ts',
      'identityOf(lookup.kind, lookup.tries, env), within + apart)',
      'identityOf(lookup.kind, lookup.tries, env) + link.key, within + apart)',
    ),
  ),
  patched(
    'nothing-owed',
    'What belongs to a deal and comes after it is forgotten when the process ends in between.',
    at(
      'core/reconcile/planner.ts',
      '(owed.length > 0 ? { owed: [...owed] } : {})',
      '(owed.length < 0 ? { owed: [...owed] } : {})',
    ),
  ),
  patched(
    'half-a-record',
    'A record is sent although what it points to was refused.',
    at(
      'engine/batches.ts',
      'progress.failed.size === 0 ? [] : queue.filter(',
      'progress.failed.size >= 0 ? [] : queue.filter(',
    ),
    at(
      'engine/batches.ts',
      'progress.done.has(id) || together.has(id) || !progress.planned.has(id)',
      'id.length > 0 || together.has(id) || !progress.planned.has(id) || progress.done.has(id)',
    ),
  ),
  patched(
    'status-every-pass',
    'What the seller sees is written whether or not it changed.',
    at('core/reconcile/status.ts', 'if (field === null || base === value) continue', 'if (field === null) continue'),
    at(
      'core/reconcile/side.ts',
      '    if (ours !== undefined && sameJson(ours, theirs)) continue\n    to.fields[path] = theirs\n    to.lines.push(\n      line({ path',
      '    to.fields[path] = theirs\n    to.lines.push(\n      line({ path',
    ),
  ),
  patched(
    'once-is-always',
    'A row that is written once is written whenever its source moves.',
    at(
      'core/reconcile/merge.ts',
      "if (row.write === 'once' && (base !== undefined",
      "if (row.write === 'once' && base === undefined && (base !== undefined",
    ),
  ),
]

export const variantOf = (name: string): Variant => {
  const found = variants.find((variant) => variant.name === name)
  if (!found) throw new Error(`There is no variant "${name}". There are: ${variants.map((one) => one.name).join(', ')}`)
  return found
}
