// JSON that may not be JSON, because a disk gave it to us.

/** Undefined when it does not parse: a schema refuses that next. */
export function parsedJson(text: Buffer | string): unknown {
  try {
    return JSON.parse(text.toString())
  } catch {
    return undefined
  }
}
