import { describe, expect, test } from 'vitest'
import { isLoopbackHost, isOrigin } from '#core/origin'

describe('an origin', () => {
  test.each([
    ['https://api.contoso.example', true],
    ['https://api.contoso.example:8443', true],
    ['https://[2001:db8::1]', true],
    ['http://127.0.0.1:9701', true],
    ['http://[::1]:9701', true],
    ['http://localhost', true],
    ['http://169.254.169.254', true],
    ['http://169.254.169.254:80', false],
    ['http://169.254.169.253', false],
    ['https://api.contoso.example/', false],
    ['https://api.contoso.example:443', false],
    ['https://API.contoso.example', false],
    ['https://api.contoso.example.', false],
    ['https://me@api.contoso.example', false],
    ['https://bücher.example', false],
    ['http://api.contoso.example', false],
    ['http://128.0.0.1', false],
    ['http://localhost.evil.example', false],
    ['ws://127.0.0.1', false],
    ['https://', false],
    ['', false],
  ])('%s: %s', (text, expected) => {
    expect(isOrigin(text)).toBe(expected)
  })
})

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['[::1]', true],
  ['localhost', true],
  ['127.0.0.1.evil.example', false],
  ['evil-127.0.0.1', false],
  ['[::ffff:127.0.0.1]', false],
  ['0.0.0.0', false],
])('%s is this computer: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected)
})
