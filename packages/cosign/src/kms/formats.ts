import type { Format } from '@securosys/core';

/** What explains the messages of cosign to approvers and guards. */
export const kmsFormats: readonly Pick<Format<unknown>, 'id' | 'explain'>[] = [];
