import { describe, expect, it } from 'vitest';
import type { TsbClient } from '../../src/index.js';
import { clientOf, fakeFetch, json } from '../fake-fetch.js';

type Call = (client: TsbClient, request: never, options?: never) => Promise<unknown>;

/** Every call that takes an object. */
const calls: Readonly<Record<string, Call>> = {
  'keys.create': (c, r, o) => c.keys.create(r, o),
  'keys.import': (c, r, o) => c.keys.import(r, o),
  'keys.importSeed': (c, r, o) => c.keys.importSeed(r, o),
  'keys.derive': (c, r, o) => c.keys.derive(r, o),
  'keys.changePassword': (c, r, o) => c.keys.changePassword(r, o),
  'sign.synchronous': (c, r, o) => c.sign.synchronous(r, o),
  'sign.asynchronous': (c, r, o) => c.sign.asynchronous(r, o),
  'sign.verify': (c, r, o) => c.sign.verify(r, o),
  'ciphers.encrypt': (c, r, o) => c.ciphers.encrypt(r, o),
  'ciphers.decrypt.synchronous': (c, r, o) => c.ciphers.decrypt.synchronous(r, o),
  'ciphers.decrypt.asynchronous': (c, r, o) => c.ciphers.decrypt.asynchronous(r, o),
  'wrapping.wrap': (c, r, o) => c.wrapping.wrap(r, o),
  'wrapping.unwrap.synchronous': (c, r, o) => c.wrapping.unwrap.synchronous(r, o),
  'wrapping.unwrap.asynchronous': (c, r, o) => c.wrapping.unwrap.asynchronous(r, o),
  'block.synchronous': (c, r, o) => c.block.synchronous(r, o),
  'block.asynchronous': (c, r, o) => c.block.asynchronous(r, o),
  'unblock.synchronous': (c, r, o) => c.unblock.synchronous(r, o),
  'unblock.asynchronous': (c, r, o) => c.unblock.asynchronous(r, o),
  'modify.synchronous': (c, r, o) => c.modify.synchronous(r, o),
  'modify.asynchronous': (c, r, o) => c.modify.asynchronous(r, o),
  'hmac.compute': (c, r, o) => c.hmac.compute(r, o),
  'hmac.verify': (c, r, o) => c.hmac.verify(r, o),
  'files.encrypt': (c, r, o) => c.files.encrypt(r, o),
  'files.decrypt': (c, r, o) => c.files.decrypt(r, o),
  'certificates.request.synchronous': (c, r, o) => c.certificates.request.synchronous(r, o),
  'certificates.request.download': (c, r, o) => c.certificates.request.download(r, o),
  'certificates.request.asynchronous': (c, r, o) => c.certificates.request.asynchronous(r, o),
  'certificates.selfSign.synchronous': (c, r, o) => c.certificates.selfSign.synchronous(r, o),
  'certificates.selfSign.asynchronous': (c, r, o) => c.certificates.selfSign.asynchronous(r, o),
  'certificates.sign.synchronous': (c, r, o) => c.certificates.sign.synchronous(r, o),
  'certificates.sign.asynchronous': (c, r, o) => c.certificates.sign.asynchronous(r, o),
  'dataObjects.create': (c, r, o) => c.dataObjects.create(r, o),
  'approvers.create': (c, r, o) => c.approvers.create(r, o),
  'approvers.forgotPassword': (c, r, o) => c.approvers.forgotPassword(r, o),
  'onboarding.onboard': (c, r, o) => c.onboarding.onboard(r, o),
  'onboarding.collect': (c, r, o) => c.onboarding.collect(r, o),
};

/** Every call that takes a name, a number or bytes. */
const named: Readonly<Record<string, Call>> = {
  'keys.attributes': (c, r, o) => c.keys.attributes(r, o),
  'keys.address': (c, r, o) => c.keys.address(r, o),
  'keys.export': (c, r, o) => c.keys.export(r, o),
  'keys.delete': (c, r, o) => c.keys.delete(r, o),
  'attestation.of': (c, r, o) => c.attestation.of(r, o),
  'attestation.archive': (c, r, o) => c.attestation.archive(r, o),
  'attestation.chain': (c, r, o) => c.attestation.chain(r, o),
  'dataObjects.get': (c, r, o) => c.dataObjects.get(r, o),
  'dataObjects.delete': (c, r, o) => c.dataObjects.delete(r, o),
  'certificates.get': (c, r, o) => c.certificates.get(r, o),
  'certificates.delete': (c, r, o) => c.certificates.delete(r, o),
  'approvers.renewOneTimeCode': (c, r, o) => c.approvers.renewOneTimeCode(r, o),
  'approvers.restore': (c, r, o) => c.approvers.restore(r, o),
  'approvers.delete': (c, r, o) => c.approvers.delete(r, o),
  random: (c, r, o) => c.random(r, o),
  timestamp: (c, r, o) => c.timestamp(r, o),
};

const refused = async (run: (client: TsbClient) => Promise<unknown>, what: string) => {
  const { fetch, seen } = fakeFetch(json({}));
  const error: unknown = await run(clientOf(fetch)).catch((e: unknown) => e);
  expect(error, what).toMatchObject({ name: 'SignError', code: 'ERR_INVALID_ARGUMENT' });
  expect(seen, what).toEqual([]);
};

const strange = [undefined, null, 7, 'text', [], () => undefined, {}, { label: 7 }, { payloads: new Uint8Array(1) }];

describe('what is no request is refused by code, before anything is sent:', () => {
  it.each(Object.entries(calls))('%s', async (_, call) => {
    for (const request of strange) await refused((c) => call(c, request as never), String(request));
  });

  it.each(Object.entries(named))('%s', async (_, call) => {
    for (const name of [null, 7.5, '', {}, []]) await refused((c) => call(c, name as never), String(name));
  });
});

describe('what are no options are refused by code, before anything is sent:', () => {
  it.each(Object.entries({ ...calls, ...named }))('%s', async (_, call) => {
    for (const options of [null, 7, [], { tiemoutMs: 1 }, { timeoutMs: 'x' }])
      await refused((c) => call(c, { label: 'k' } as never, options as never), JSON.stringify(options));
  });
});
