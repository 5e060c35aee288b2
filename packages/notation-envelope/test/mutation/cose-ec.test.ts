import { itHolds } from './it-holds.js';
import { coseOriginals } from './originals.js';
import { coseMutations } from './tables.js';

// The smallest curve more often: OpenSSL takes ten times as long for the others, and formats read all alike.
const specs = ['ec-p256', 'ec-p256', 'ec-p256', 'ec-p256', 'ec-p384', 'ec-p521'] as const;

itHolds('COSE envelopes of EC keys', () => specs.flatMap(coseOriginals), coseMutations);
