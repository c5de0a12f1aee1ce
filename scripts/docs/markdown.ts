// The few shapes that the reference pages are made of.

/** Above every page that a program wrote. */
export const madeBy = (from: string): string => `<!-- Made from ${from} by npm run docs; not to be edited by hand. -->`

/** A table. What stands in a cell may hold anything but a new line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** Code within a sentence, whatever it holds. */
export const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``)

/** Angle brackets that would be taken for HTML; code keeps its own. */
export const plain = (text: string): string =>
  text.replaceAll(/(`[^`]*`)|<(?=[a-z/])/gi, (found, inCode: string | undefined) => inCode ?? `\\${found}`)

/** Blocks with an empty line between them, and one line end at the end. */
export const page = (...blocks: readonly string[]): string => `${blocks.join('\n\n')}\n`
