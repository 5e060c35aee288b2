import { randomBytes } from 'node:crypto';
import { base64Text } from '@securosys/core';
import { failure } from '../failure.js';
import { maxRandomBytes } from '../inferred.js';
import type { Handlers } from './call.js';

export const randomHandlers: Pick<Handlers, 'random'> = {
  random({ params }) {
    const length = /^[1-9]\d{0,6}$/.test(params.length ?? '') ? Number(params.length) : 0;
    if (length < 1 || length > maxRandomBytes) throw failure(619, `the length has to be 1 to ${maxRandomBytes} bytes`);
    return { random: base64Text(randomBytes(length)) };
  },
};
