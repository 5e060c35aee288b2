import { approvalHandlers } from './approvals.js';
import { approverManagementHandlers } from './approver-management.js';
import { attestationHandlers } from './attestation.js';
import type { Handlers } from './call.js';
import { certificateHandlers } from './certificates.js';
import { certifyHandlers } from './certify.js';
import { changeHandlers } from './changes.js';
import { cipherHandlers } from './ciphers.js';
import { dataObjectHandlers } from './data-objects.js';
import { derivationHandlers } from './derivation.js';
import { keyImportHandlers } from './key-import.js';
import { keyMaterialHandlers } from './key-material.js';
import { keyHandlers } from './keys.js';
import { requestHandlers } from './requests.js';
import { serviceHandlers } from './service.js';
import { signHandlers } from './sign.js';
import { utilityHandlers } from './utilities.js';
import { verifyHandlers } from './verify.js';
import { wrappingHandlers } from './wrapping.js';

/** Everything the emulator does over HTTP. Nothing here moves the clock, misbehaves, or gives out a key that was not made for it (S36). */
export const handlers: Handlers = {
  ...keyHandlers,
  ...keyImportHandlers,
  ...keyMaterialHandlers,
  ...derivationHandlers,
  ...signHandlers,
  ...verifyHandlers,
  ...cipherHandlers,
  ...wrappingHandlers,
  ...utilityHandlers,
  ...changeHandlers,
  ...requestHandlers,
  ...certificateHandlers,
  ...certifyHandlers,
  ...serviceHandlers,
  ...approvalHandlers,
  ...approverManagementHandlers,
  ...attestationHandlers,
  ...dataObjectHandlers,
};
