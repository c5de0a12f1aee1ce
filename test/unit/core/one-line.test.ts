import { describe, expect, test } from 'vitest'
import { oneLine, printable } from '#core/one-line'

describe('one line', () => {
  test.each([
    ['plain text', 'Contoso AG – Azure migration', 'Contoso AG – Azure migration'],
    ['other scripts', '台灣 Иван مرحبا 👨‍👩‍👧', '台灣 Иван مرحبا 👨‍👩‍👧'],
    ['line breaks', 'a\r\nb\nc\u2028d\u0085e\tf', 'a b c d e f'],
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['another character set', 'a\u001b(Bb\u001b$(Cc', 'abc'],
    ['a reset', 'a\u001bcb', 'ab'],
    ['cursor moves', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['a title that is never closed', 'a\u001b]0;evil', 'a'],
    ['a link', '\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['C1 controls', 'a\u009b31mb', 'a31mb'],
    ['writing direction', 'a\u202eb\u2066c\u200fd', 'abcd'],
    ['invisible marks', 'a\u200bb\ufeffc\u2060d', 'abcd'],
    ['tags', 'a\u{e0041}b', 'ab'],
    ['half a pair', '\ud800x', '\ufffdx'],
  ])('%s', (_, text, shown) => {
    expect(oneLine(text)).toBe(shown)
  })
  test('cut where it must be, never through a character', () => {
    expect(oneLine('abcdef', 6)).toBe('abcdef')
    expect(oneLine('abcdefg', 6)).toBe('abcde…')
    expect(oneLine('abcd🎉🎉', 6)).toBe('abcd…')
    expect(oneLine('🎉'.repeat(10), 4)).toBe('🎉…')
    // However little of what was looked at is left: that there was more is told.
    expect(oneLine(`ab${'\u200b'.repeat(100)}c`, 10)).toBe('ab…')
    expect(oneLine(`ab${'\u200b'.repeat(37)}c`, 10)).toBe('abc')
  })
  test('a long text costs no more than a short one', () => {
    const start = performance.now()
    expect(oneLine('\u001b['.repeat(5_000_000), 100).length).toBeLessThanOrEqual(100)
    expect(oneLine('x'.repeat(10_000_000), 100)).toHaveLength(100)
    expect(performance.now() - start).toBeLessThan(500)
  })
})

describe('several lines, printed', () => {
  test.each([
    ['lines and our own colours stay', '\u001b[31m✗\u001b[39m a\nb\n', '\u001b[31m✗\u001b[39m a\nb\n'],
    ['hiding, moving and linking do not', 'a\u001b[8mb\u001b[2J\u001b]8;;https://evil.example\u0007c', 'abc'],
    ['a title that is never closed ends with its line', 'a\u001b]0;evil\nb', 'a\nb'],
    ['a return does not write over what stands there', 'Contoso\rFabrikam', 'Contoso Fabrikam'],
    ['nothing turns the writing direction', 'gnp.\u202eexe', 'gnp.exe'],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })
})
