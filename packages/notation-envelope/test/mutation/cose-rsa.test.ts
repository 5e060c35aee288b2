import { itHolds } from './it-holds.js';
import { coseOriginals } from './originals.js';
import { coseMutations } from './tables.js';

itHolds(
  'COSE envelopes of RSA keys',
  () => (['rsa-2048', 'rsa-3072', 'rsa-4096'] as const).flatMap(coseOriginals),
  coseMutations,
);
