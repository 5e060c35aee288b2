import { itHolds } from './it-holds.js';
import { jwsOriginals } from './originals.js';
import { jwsMutations } from './tables.js';

itHolds('JWS envelopes of RSA keys', () => (['rsa-2048', 'rsa-3072', 'rsa-4096'] as const).flatMap(jwsOriginals), jwsMutations);
