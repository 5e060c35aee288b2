import { hashBytes } from '@securosys/core';
import { createTimestamper, parseCertificate, parseTimestampToken, verifyTimestampToken } from '@securosys/pki';
import { expect, it } from 'vitest';
import { createFakeTsa, createTestClock } from '../src/index.js';

const clock = createTestClock('2027-03-01T10:00:00Z');
const tsa = await createFakeTsa({ clock, policy: '1.2.3', accuracySeconds: 2 });
const message = new TextEncoder().encode('signature');
const ask = () => createTimestamper({ url: tsa.url, anchors: [tsa.root], fetch: tsa.fetch, clock }).timestamp(message, 'sha384');

it('answers as an authority does: its time, its policy, the imprint that was sent', async () => {
  const token = await ask();
  const { chain, ...rest } = await verifyTimestampToken(token, { message, anchors: [parseCertificate(tsa.root)] });
  const imprint = hashBytes('sha384', message);
  expect(rest).toMatchObject({ genTime: clock.now(), policy: '1.2.3', accuracyMs: 2000, hash: 'sha384', imprint });
  expect(chain.map(({ der }) => der)).toEqual(tsa.chain);
});

it('stamps without HTTP, for those who store tokens', async () => {
  const token = await tsa.timestamp(message, 'sha256');
  expect((await verifyTimestampToken(token, { message, anchors: [parseCertificate(tsa.root)] })).hash).toBe('sha256');
});

it('keeps what it was asked, and has keys of its own', async () => {
  const before = tsa.queries.length;
  await ask();
  expect(tsa.queries).toHaveLength(before + 1);
  const { chain } = tsa;
  const twin = await createFakeTsa({ clock });
  expect(twin.chain[0]).not.toEqual(chain[0]);
});

it('misbehaves until told to stop', async () => {
  tsa.fault = { pkiStatus: 2, failure: 'unacceptedPolicy' };
  await expect(ask()).rejects.toMatchObject({ details: { upstreamName: 'rejection unacceptedPolicy' } });
  tsa.fault = { info: () => ({ genTime: clock.now() - 1000 }) };
  expect(parseTimestampToken(await ask()).genTime).toBe(clock.now() - 1000);
  tsa.fault = undefined;
  expect(parseTimestampToken(await ask()).genTime).toBe(clock.now());
});

it('answers timestamp queries only', async () => {
  expect((await tsa.handle(new Request(tsa.url))).status).toBe(400);
  expect((await tsa.handle(new Request(tsa.url, { method: 'POST', body: 'x' }))).status).toBe(400);
});
