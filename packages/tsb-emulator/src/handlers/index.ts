import { approvalHandlers } from './approvals.js';
import type { Handlers } from './call.js';
import { certificateHandlers } from './certificates.js';
import { changeHandlers } from './changes.js';
import { keyHandlers } from './keys.js';
import { requestHandlers } from './requests.js';
import { serviceHandlers } from './service.js';
import { signHandlers } from './sign.js';

/** Everything the emulator does over HTTP. There is nothing here to move the clock, misbehave or export a key (S36). */
export const handlers: Handlers = {
  ...keyHandlers,
  ...signHandlers,
  ...changeHandlers,
  ...requestHandlers,
  ...certificateHandlers,
  ...serviceHandlers,
  ...approvalHandlers,
};
