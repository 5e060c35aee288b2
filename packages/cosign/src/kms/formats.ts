import type { Format } from '@securosys/core';
import { cosignAttestation } from '../signing/cosign-attestation.js';
import { cosignImage } from '../signing/cosign-image.js';

/** What explains the messages of cosign to approvers and guards. */
export const kmsFormats: readonly Pick<Format<unknown>, 'id' | 'explain'>[] = [cosignImage, cosignAttestation];
