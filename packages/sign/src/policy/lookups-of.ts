import type { Oci } from '@securosys/oci';
import type { RegistryLookups } from './registry-lookups.js';

/** What answers questions about images of registries; the code is loaded with the first question. */
export function lookupsOf(oci: Oci | undefined): RegistryLookups | undefined {
  if (!oci) return undefined;
  const loaded = () => import('./oci-lookups.js');
  return {
    async statements(question, trust, predicateType) {
      const { findStatements } = await loaded();
      return findStatements(oci, question, trust, predicateType);
    },
    async isSigned(question, asked) {
      const { hasSigned } = await loaded();
      return hasSigned(oci, question, asked);
    },
  };
}
