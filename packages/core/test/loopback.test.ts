import { expect, it } from 'vitest';
import { isLoopback } from '../src/index.js';

it.each([
  ['http://localhost:5000', true],
  ['http://LOCALHOST.', true],
  ['http://a.localhost', true],
  ['http://127.1', true],
  ['http://0x7f000001', true],
  ['http://[0:0::1]', true],
  ['http://localhost.example', false],
  ['http://notlocalhost', false],
  ['http://127.0.0.1.example', false],
  ['http://128.0.0.1', false],
  ['http://[::ffff:127.0.0.1]', false],
])('%s is this machine: %s', (url, local) => {
  expect(isLoopback(new URL(url).hostname)).toBe(local);
});
