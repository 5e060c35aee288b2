import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import { tsbCurveOids } from '@securosys/tsb-client/api';
import { expect, type Probe } from '../probe.js';
import { said, type World } from '../world.js';

const payload = Buffer.from('hello').toString('base64');
const bytes = (base64: string) => Buffer.from(base64, 'base64');

async function publicKey(world: World, label: string) {
  const { json } = await world.call('keyAttributes', { label });
  return createPublicKey({ key: bytes(json.publicKey ?? ''), format: 'der', type: 'spki' });
}

export const probe: Probe = {
  name: 'signatures',
  async run(world, step) {
    await step('ECDSA, raw and DER, with the message and with its digest', async () => {
      const label = await world.key();
      const key = await publicKey(world, label);
      const request = { payload, signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA' } as const;
      const raw = await world.call('synchronousSign', { signRequest: { ...request, signatureType: 'RAW' } });
      const status = world.statuses.of('POST', '/v1/synchronousSign');
      world.settle('syncSignStatus', status === 200, `HTTP ${status}`);
      expect(
        verify('sha256', Buffer.from('hello'), { key, dsaEncoding: 'ieee-p1363' }, bytes(raw.signature)),
        'r‖s does not verify',
      );
      const der = await world.call('synchronousSign', { signRequest: request });
      expect(verify('sha256', Buffer.from('hello'), key, bytes(der.signature)), 'DER does not verify');
      const checks = await Promise.all(
        [raw.signature, der.signature].map((signature) =>
          world.call('verify', {
            verifySignatureRequest: { signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA', payload, signature },
          }),
        ),
      );
      world.settle(
        'verifyTakesRaw',
        checks.every(({ signatureValid }) => signatureValid),
        JSON.stringify(checks),
      );
      const digest = createHash('sha256').update('hello').digest('base64');
      const { signature } = await world.call('synchronousSign', {
        signRequest: { ...request, payload: digest, signatureAlgorithm: 'NONE_WITH_ECDSA' },
      });
      expect(verify('sha256', Buffer.from('hello'), key, bytes(signature)), 'the signature over a digest does not verify');
    });
    await step('Ed25519, in both forms', async () => {
      const label = await world.key({ algorithm: { algorithm: 'ED', curveOid: tsbCurveOids.ed25519 } });
      const key = await publicKey(world, label);
      const request = { payload, signKeyName: label, signatureAlgorithm: 'EDDSA' } as const;
      for (const [fact, signatureType] of [
        ['eddsaRaw', 'RAW'],
        ['eddsaDer', 'DER'],
      ] as const) {
        const { answer, error } = await world.tried('synchronousSign', { signRequest: { ...request, signatureType } });
        const signature = bytes(answer?.signature ?? '');
        world.settle(
          fact,
          signature.byteLength === 64,
          error ? said(error) : `${signature.byteLength} bytes starting ${signature.subarray(0, 3).toString('hex')}`,
        );
        if (signature.byteLength === 64) expect(verify(null, Buffer.from('hello'), key, signature), 'does not verify');
      }
    });
    await step('RSA: PKCS#1 v1.5 and PSS, with the message and with its digest', async () => {
      const label = await world.key({ algorithm: { algorithm: 'RSA', keySize: 2048 } });
      const key = await publicKey(world, label);
      const signed = async (
        signatureAlgorithm: 'SHA256_WITH_RSA' | 'SHA256_WITH_RSA_PSS' | 'NONESHA256_WITH_RSA',
        of = payload,
      ) =>
        bytes(
          (await world.call('synchronousSign', { signRequest: { payload: of, signKeyName: label, signatureAlgorithm } }))
            .signature,
        );
      expect(verify('sha256', Buffer.from('hello'), key, await signed('SHA256_WITH_RSA')), 'PKCS#1 v1.5 does not verify');
      const pss = await signed('SHA256_WITH_RSA_PSS');
      const exact = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
      const any = { ...exact, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
      expect(verify('sha256', Buffer.from('hello'), any, pss), 'PSS does not verify');
      world.settle('pssSalt', verify('sha256', Buffer.from('hello'), exact, pss), 'checked with a salt of 32 bytes');
      const digest = createHash('sha256').update('hello').digest('base64');
      expect(
        verify('sha256', Buffer.from('hello'), key, await signed('NONESHA256_WITH_RSA', digest)),
        'a digest does not verify',
      );
      const short = await world.tried('synchronousSign', {
        signRequest: { payload, signKeyName: label, signatureAlgorithm: 'NONESHA256_WITH_RSA' },
      });
      world.settle('wrongDigestLength', short.error?.details.upstreamCode === 612, said(short.error));
    });
    await step('a plain key answers an asynchronous call', async () => {
      const label = await world.key();
      const { signRequestId } = await world.call('sign', {
        signRequest: { payload, signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA' },
      });
      const { status } = await world.call('request', undefined, { id: signRequestId });
      world.settle('asyncOnPlain', status === 'EXECUTED', status);
      const unknown = await world.tried('request', undefined, { id: '00000000-0000-4000-8000-000000000000' });
      world.settle('unknownRequest404', unknown.error?.details.status === 404, said(unknown.error));
      const odd = await world.tried('request', undefined, { id: 'no-uuid' });
      world.settle('badUuid', odd.error?.details.status === 400 && odd.error.details.upstreamCode === 609, said(odd.error));
    });
  },
};
