// Makes a failing story small: fewer edits, fewer referrals, fewer troubles, as long as it still fails.

import { calm } from './calm.ts'
import type { Story } from './story.ts'

/** Whether a story still shows the failure that is being looked for. */
export type Fails = (story: Story) => Promise<boolean>

/** Stories tried at most. */
const triesMax = 600

export async function shrink(story: Story, fails: Fails): Promise<Story> {
  let tries = 0
  const stillFails = async (candidate: Story): Promise<boolean> => {
    tries += 1
    return tries <= triesMax && (await fails(candidate))
  }
  let [smallest, before] = [story, '']
  // Once the tries are used up nothing gets smaller any more.
  while (before !== JSON.stringify(smallest)) {
    before = JSON.stringify(smallest)
    smallest = await withoutTroubles(smallest, stillFails)
    smallest = await withoutReferrals(smallest, stillFails)
    smallest = await withoutEdits(smallest, stillFails)
  }
  return smallest
}

/** How long things take, and what the mapping decides, belongs to the story. */
const { everyMs: _every, activeMs: _active, quietMs: _quiet, policies: _policies, ...troubles } = calm

async function withoutTroubles(story: Story, fails: Fails): Promise<Story> {
  let smallest = story
  for (const [name, value] of Object.entries(troubles)) {
    const candidate = { ...smallest, manners: { ...smallest.manners, [name]: value } }
    if (JSON.stringify(candidate) !== JSON.stringify(smallest) && (await fails(candidate))) smallest = candidate
  }
  return smallest
}

async function withoutReferrals(story: Story, fails: Fails): Promise<Story> {
  let smallest = story
  for (const { id } of story.referrals) {
    const candidate = {
      ...smallest,
      referrals: smallest.referrals.filter((one) => one.id !== id),
      edits: smallest.edits.filter(({ referral }) => referral !== id),
    }
    if (candidate.referrals.length > 0 && (await fails(candidate))) smallest = candidate
  }
  return smallest
}

/** Halves, quarters, eighths, at last one by one. */
async function withoutEdits(story: Story, fails: Fails): Promise<Story> {
  let smallest = story
  for (let size = Math.ceil(story.edits.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < smallest.edits.length;) {
      const edits = smallest.edits.filter((_, index) => index < start || index >= start + size)
      if (await fails({ ...smallest, edits })) smallest = { ...smallest, edits }
      else start += size
    }
  }
  return smallest
}
