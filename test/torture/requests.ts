// Which requests could have changed something: told from what was sent, and from nothing else.

/** Batches and composites carry questions as well as writes. */
export function isWrite(method: string, path: string, body: string): boolean {
  if (method === 'GET' || path.endsWith('/token')) return false
  if (path.endsWith('/$batch')) return /^(?:POST|PATCH|PUT|DELETE) /m.test(body)
  if (path.endsWith('/composite')) return /"method":"(?:POST|PATCH|PUT|DELETE)"/.test(body)
  return true
}
