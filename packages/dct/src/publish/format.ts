import type { Format } from '@securosys/core';
import { explainMetadata } from './explain.js';
import { type DctUpdate, dctFormatId, restoredUpdate } from './prepared-update.js';

/**
 * Metadata of Docker Content Trust as a format: what approvers are shown of the bytes, and how prepared updates come back. Updates are
 * prepared by `prepareTags` and the calls that set a repository up.
 */
export const dctFormat: Pick<Format<DctUpdate>, 'id' | 'restore' | 'explain'> = {
  id: dctFormatId,
  restore: restoredUpdate,
  explain: explainMetadata,
};
