// node-webcrypto-p11: one Crypto on the token, `subtle.sign` for each signature.
import { Crypto } from 'node-webcrypto-p11';
import { job, serveRounds } from '../serve-rounds.js';
import { message } from '../work.js';

const { token, key, algorithm } = job;
const hash = `SHA-${algorithm.slice(-3)}`;
const rsa = { key: { name: 'RSA-PSS', hash }, sign: { name: 'RSA-PSS', saltLength: Number(algorithm.slice(-3)) / 8 } };
const ecdsa = (namedCurve: string) => ({ key: { name: 'ECDSA', namedCurve }, sign: { name: 'ECDSA', hash } });
type Named = Parameters<Crypto['subtle']['sign']>[0] & object;
const algorithms: Partial<Record<typeof algorithm, { key: Named; sign: Named }>> = {
  'rsa-pss-sha256': rsa,
  'rsa-pss-sha384': rsa,
  'ecdsa-sha256': ecdsa('P-256'),
  'ecdsa-sha384': ecdsa('P-384'),
};
const named = algorithms[algorithm];
// Version 2.8.0 knows no Edwards curve under any name.
if (!named) throw new Error(`node-webcrypto-p11 does not have ${algorithm}`);

// It takes the slot by its place in the list.
const crypto = new Crypto({ library: token.module, slot: 0, readWrite: true, pin: token.pin });
const index = (await crypto.keyStorage.keys()).find((one) => one.startsWith('private') && one.endsWith(`-${key.id}`));
if (!index) throw new Error('no such key');
const privateKey = await crypto.keyStorage.getItem(index, named.key, false, ['sign']);

serveRounds(async () => new Uint8Array(await crypto.subtle.sign(named.sign, privateKey, message)));
