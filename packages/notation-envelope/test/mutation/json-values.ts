import type { Random } from './random.js';

/** Values that readers choke on, as JSON text. */
const hostile: readonly ((random: Random) => string)[] = [
  () => 'null',
  () => 'true',
  () => '0',
  () => '-0',
  () => '1e999',
  () => '1e-999',
  () => '9007199254740993',
  () => '1.0000000000000000000000000001',
  () => '9'.repeat(400),
  () => '0x10',
  () => 'NaN',
  () => '""',
  () => '" "',
  () => '"\\u0000"',
  () => '"\\ud800"',
  () => '[]',
  () => '{}',
  () => '[""]',
  () => '[null]',
  () => '{"toString":1}',
  () => '{"__proto__":{"x":1}}',
  () => '"2026-06-01T11:59:59"',
  () => '"AAAA"',
  () => '"none"',
  (random) => `"${'A'.repeat(random.pick([4, 1_000, 100_000]))}"`,
  (random) => nested(random.pick([7, 8, 9, 40, 1_000]), '[', ']'),
  (random) => nested(random.pick([7, 9, 200]), '{"a":', '}'),
  (random) => `[${'0,'.repeat(random.pick([900, 1_100, 3_000]))}0]`,
  (random) => `{${Array.from({ length: random.pick([50, 1_100]) }, (_, i) => `"m${i}":0`).join(',')}}`,
  (random) => (random.oneIn(20) ? nested(100_000, '[', ']') : nested(33, '[', ']')),
  (random) => (random.oneIn(40) ? `"${'x'.repeat(4 * 1024 * 1024)}"` : '"x"'),
];

const nested = (depth: number, open: string, close: string): string =>
  open.repeat(depth) + (open === '[' ? '' : '0') + close.repeat(depth);

export const hostileJson = (random: Random): string => random.pick(hostile)(random);
