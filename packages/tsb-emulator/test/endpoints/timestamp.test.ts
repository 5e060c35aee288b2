import { createHash } from 'node:crypto';
import { base64Bytes, base64Text, utf8Bytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { createWorld } from '../support.js';
import { hasOpenssl, openssl } from './openssl.js';

describe('RFC 3161 timestamps (§2.4)', () => {
  it.runIf(hasOpenssl)(
    'OpenSSL verifies the token over the payload, under the emulated root, at the time of the clock',
    async () => {
      const { tsb, clock, call } = createWorld();
      const payload = utf8Bytes('what is to be dated');
      const stamp = async (data: Uint8Array) => {
        const { status, body } = await call('POST', '/v1/createRfcTimestamp', {
          payload: base64Text(data),
          hashAlgorithm: 'SHA256',
        });
        expect(status).toBe(200);
        return base64Bytes(body.timestamp as string);
      };
      const token = await stamp(payload);
      const files = {
        'token.der': token,
        data: payload,
        'root.pem': pemText(await tsb.certificateAuthority.root(), 'CERTIFICATE'),
      };
      const at = String(Math.floor(clock.now() / 1000));
      const verify = ['ts', '-verify', '-in', 'token.der', '-token_in', '-data', 'data', '-CAfile', 'root.pem', '-attime', at];
      expect(openssl(verify, files)).toContain('Verification: OK');
      expect(() => openssl(verify, { ...files, data: utf8Bytes('something else') })).toThrow();
      const text = openssl(['ts', '-reply', '-in', 'token.der', '-token_in', '-text'], files);
      expect(text).toContain('Policy OID: 2.999.101.109.117.1');
      expect(Date.parse(/Time stamp: (.*)/.exec(text)?.[1] ?? '')).toBe(Math.floor(clock.now() / 1000) * 1000);
      expect(
        createHash('sha256')
          .update(await stamp(payload))
          .digest(),
      ).not.toEqual(createHash('sha256').update(token).digest());
    },
  );
});
