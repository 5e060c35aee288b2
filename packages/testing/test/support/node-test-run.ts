import { describe, it } from 'node:test';
import { describeKeyBackend } from '../../src/index.js';
import { openApprovalBackend } from './approval-backend.js';

describeKeyBackend('under node:test', openApprovalBackend, { describe, it, approvals: true });
