import { isoSeconds, sanitizeText } from '@securosys/core';
import { maxStoreBytes } from '../inferred.js';
import { isSecretType } from '../keys/key-specs.js';
import type { RequestRecord } from '../requests/request-record.js';
import type { Handlers } from './call.js';

/** What `GET /v1/versionInfo` names as the vendor, so that nobody takes this for a real TSB (threat model S34). */
export const EMULATED_VENDOR = 'EMULATED TSB (software keys)';

/** The API level that the emulator imitates. */
const version = '2.5.1';

/** One request in the log: when, what, with which key, and what became of it. */
const logLine = ({ createdAt, kind, keyLabel, status }: RequestRecord): string =>
  `${isoSeconds(createdAt * 1000)} ${kind} ${sanitizeText(keyLabel)} ${status}`;

export const serviceHandlers: Pick<Handlers, 'versionInfo' | 'licenseInfo' | 'statistics' | 'hsmLog'> = {
  versionInfo: () => ({ Version: version, Vendor: EMULATED_VENDOR }),

  licenseInfo: ({ partition }) => ({ clientFlags: [...partition.clientFlags] }),

  hsmLog: ({ partition }) => ({ log: partition.requests.all().map(logLine).join('\n') }),

  statistics({ partition }) {
    const keys = partition.keys.all();
    const certificates = keys.filter((key) => key.certificate).length;
    const used = keys.reduce((sum, key) => sum + (key.spki?.byteLength ?? 0) + (key.certificate?.byteLength ?? 0), 0);
    const secret = keys.filter((key) => isSecretType(key.spec)).length;
    const pairs = keys.filter((key) => key.spki);
    return {
      keyStoreStatistics: [
        `user ${partition.name}`,
        `private keys ${pairs.filter((key) => key.hasPrivateKey).length}`,
        `public keys ${pairs.length}`,
        `secret keys ${secret}`,
        `certificates ${certificates}`,
        `data objects ${partition.dataObjects.size}`,
        'invalidated keys 0',
        `used size ${used} bytes`,
        `max size ${maxStoreBytes} bytes`,
      ].join(', '),
    };
  },
};
