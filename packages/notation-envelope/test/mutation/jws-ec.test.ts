import { itHolds } from './it-holds.js';
import { jwsOriginals } from './originals.js';
import { jwsMutations } from './tables.js';

// The smallest curve more often: OpenSSL takes ten times as long for the others, and formats read all alike.
const specs = ['ec-p256', 'ec-p256', 'ec-p256', 'ec-p256', 'ec-p384', 'ec-p521'] as const;

itHolds('JWS envelopes of EC keys', () => specs.flatMap(jwsOriginals), jwsMutations);
