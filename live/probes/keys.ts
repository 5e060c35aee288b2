import { tsbCurveOids } from '@securosys/tsb-client/api';
import { policyOf, rule } from '../policies.js';
import { expect, type Probe } from '../probe.js';
import { said } from '../world.js';

const ec = { algorithm: 'EC', curveOid: tsbCurveOids.secp256r1 } as const;
const signs = { decrypt: false, sign: true, unwrap: false, destroyable: true } as const;

export const probe: Probe = {
  name: 'keys',
  async run(world, step) {
    await step('a key is made, listed, read and deleted', async () => {
      const label = await world.key();
      expect((await world.call('listKeys')).includes(label), 'not listed');
      expect((await world.call('keyAttributes', { label })).json.label === label, 'another label');
      await world.call('keyAttributesByName', undefined, { keyName: label });
      const again = await world.tried('createKey', { label, ...ec, attributes: signs });
      world.settle('taken', again.error?.details.status === 409 && again.error.details.upstreamCode === 608, said(again.error));
      await world.call('deleteKey', { label });
      const gone = await world.tried('keyAttributes', { label });
      world.settle(
        'missingKey404',
        gone.error?.details.status === 404 && gone.error.details.upstreamCode === 650,
        said(gone.error),
      );
      const other = await world.key();
      await world.call('deleteKeyByName', undefined, { keyName: other });
    });
    await step('members are read as the reference says', async () => {
      const unknown = await world.triedRaw('createKey', { label: world.label(), ...ec, attributes: signs, noSuchMember: 1 });
      world.settle('unknownMember', unknown.error !== undefined, said(unknown.error));
      const nulls = await world.triedRaw('createKey', {
        label: world.label(),
        ...ec,
        id: null,
        keySize: null,
        policy: null,
        attributes: signs,
      });
      world.settle('nullIsAbsent', nulls.error === undefined, said(nulls.error));
    });
    await step('passwords guard a key and can be changed', async () => {
      const label = world.label('password');
      await world.call('createKey', { label, ...ec, password: ['p', 'w'], attributes: { ...signs, modifiable: true } });
      const wrong = await world.tried('keyAttributes', { label, password: ['n', 'o'] });
      world.settle(
        'wrongPassword',
        wrong.error?.details.status === 403 && wrong.error.details.upstreamCode === 620,
        said(wrong.error),
      );
      const text = await world.triedRaw('keyAttributes', { label, password: 'pw' });
      world.settle('passwordText', text.error === undefined, said(text.error));
      const changed = await world.tried('changePassword', { label, password: ['p', 'w'], newPassword: ['n', 'e', 'w'] });
      world.settle('passwordChange', changed.error === undefined, said(changed.error));
      await world.tried('deleteKey', { label, password: changed.error ? ['p', 'w'] : ['n', 'e', 'w'] });
    });
    await step('a key is exported and imported', async () => {
      const label = await world.key({ attributes: { extractable: true, sensitive: false } });
      const { privateKey, publicKey } = await world.call('exportKey', { label });
      expect(privateKey !== null && publicKey !== null, 'no key in the answer');
      const byName = await world.tried('exportKeyByName', undefined, { keyName: label });
      world.settle('exportByName', byName.error === undefined, said(byName.error));
      const imported = await world.tried('importKey', {
        label: world.label(),
        algorithm: 'EC',
        privateKey: privateKey ?? '',
        publicKey: publicKey ?? '',
        attributes: signs,
      });
      const status = world.statuses.of('POST', '/v1/key/import/plain');
      world.settle('importStatus', status === 201 && imported.answer?.json !== undefined, `HTTP ${status}`);
      if (imported.error) throw imported.error;
    });
    await step('keys are derived and made of a seed, and have addresses', async () => {
      const seed = { label: world.label('seed'), seed: Buffer.alloc(32, 7).toString('base64'), curveOid: tsbCurveOids.secp256k1 };
      await world.call('importSeed', { ...seed, attributes: { ...signs, derive: true, bip32: true } });
      const derived = await world.call('deriveKey', { masterKeyLabel: seed.label, derivationPath: "44'/0'/0'" });
      const status = world.statuses.of('POST', '/v1/derivedKey');
      world.settle(
        'deriveStatus',
        status === 201 && derived.json.label === `${seed.label}/44'/0'/0'`,
        `HTTP ${status}, '${derived.json.label}'`,
      );
      const someone = world.approver();
      const label = world.label('address');
      await world.call('createKey', {
        label,
        algorithm: 'EC',
        curveOid: tsbCurveOids.secp256k1,
        addressFormat: { format: 'BTC' },
        attributes: signs,
        policy: policyOf(rule(1, someone)),
      });
      await world.call('keyAddress', { label });
      await world.call('keyAddressByName', undefined, { keyName: label });
    });
    await step('policies are refused where they cannot be', async () => {
      const policy = policyOf(rule(1, world.approver()));
      const aes = {
        algorithm: 'AES',
        keySize: 256,
        attributes: { decrypt: true, sign: false, unwrap: false, destroyable: true },
      } as const;
      const symmetric = await world.tried('createKey', { label: world.label(), ...aes, policy });
      world.settle(
        'policyOnSymmetric',
        [606, 701].includes(Number(symmetric.error?.details.upstreamCode)),
        said(symmetric.error),
      );
      const open = await world.tried('createKey', {
        label: world.label(),
        ...ec,
        attributes: { ...signs, extractable: true },
        policy,
      });
      world.settle('extractableWithPolicy', open.error?.details.upstreamCode === 606, said(open.error));
    });
  },
};
