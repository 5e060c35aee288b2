import { invalidArgument, knownOptions, ownBytes, type Timestamper } from '@securosys/core';
import { withCall } from '@securosys/transport';
import { askAuthority } from './ask-authority.js';
import { hashOids } from './hashes.js';
import { grantedReply } from './reply.js';
import { timestampRequest } from './request.js';
import { checkTimestampRevocation } from './revocation.js';
import { type TimestamperOptions, timestamperSettings } from './timestamper-options.js';
import { verifyParsed } from './verify-parsed.js';

/**
 * A timestamp authority that is asked over HTTP (RFC 3161; `notation.md` §9.1). What it answers is verified before it is given out: that it
 * is about these bytes and this request, that a trusted authority signed it whose chain is good now, and, with `revocation`, that no
 * certificate of that chain was revoked. Nothing is sent before the first call, and each call sends one request.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { createTimestamper, parseCertificates } from '@securosys/pki';
 * const timestamper = createTimestamper({
 *   url: 'http://timestamp.example.com',
 *   anchors: parseCertificates(await readFile('tsa-root.crt')),
 * });
 * declare const signature: Uint8Array;
 * const token = await timestamper.timestamp(signature, 'sha384');
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` and `ERR_LIMIT` for an anchor that is no certificate. Calls: those of
 * the network (`ERR_NETWORK`, `ERR_TIMEOUT`, `ERR_LIMIT`, `ERR_ORIGIN_REFUSED`, `ERR_PROTOCOL`), `ERR_PROTOCOL` for a reply that is not
 * the one asked for (with `details.upstreamName` when it is a rejection), and what `verifyTimestampToken` throws, each with
 * `details.reason` (`TimestampReason`) unless it is the network's
 */
export function createTimestamper(options: TimestamperOptions): Timestamper {
  const settings = timestamperSettings(options);
  const { anchors, revocation, policy, clock, randomBytes, allowBer } = settings;
  return {
    async timestamp(signature, hash, callOptions = {}) {
      knownOptions('timestamp', callOptions, ['signal', 'timeoutMs', 'logger']);
      if (!(signature instanceof Uint8Array)) invalidArgument('signature is no Uint8Array');
      if (!Object.hasOwn(hashOids, hash)) invalidArgument("hash must be 'sha256', 'sha384' or 'sha512'");
      const message = ownBytes(signature);
      const timeoutMs = callOptions.timeoutMs ?? settings.timeoutMs;
      return withCall(clock, timeoutMs, callOptions, async (call) => {
        const request = await timestampRequest(message, hash, policy, randomBytes);
        const body = await askAuthority(settings, request.der, call, timeoutMs);
        const token = grantedReply(body, request, { allowBer });
        const { chain } = verifyParsed(token, message, anchors, clock.now());
        const { signal, logger } = call;
        if (revocation) await call.step(checkTimestampRevocation(chain, revocation, { signal, ...(logger && { logger }) }));
        return ownBytes(token.der);
      });
    },
  };
}
