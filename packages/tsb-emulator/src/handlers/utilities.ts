import { randomBytes } from 'node:crypto';
import { base64Bytes, base64Text } from '@securosys/core';
import { failure } from '../failure.js';
import { maxRandomBytes } from '../inferred.js';
import { hsmSeconds } from '../partition.js';
import type { Handlers } from './call.js';

/** What needs no key of the caller's. */
export const utilityHandlers: Pick<Handlers, 'random' | 'rfcTimestamp'> = {
  random({ params }) {
    const length = /^[1-9]\d{0,6}$/.test(params.length ?? '') ? Number(params.length) : 0;
    if (length < 1 || length > maxRandomBytes) throw failure(619, `the length has to be 1 to ${maxRandomBytes} bytes`);
    return { random: base64Text(randomBytes(length)) };
  },

  async rfcTimestamp({ partition, body }) {
    const payload = base64Bytes(body.payload, 'payload');
    return { timestamp: base64Text(await partition.timestampAuthority.stamp(payload, hsmSeconds(partition))) };
  },
};
