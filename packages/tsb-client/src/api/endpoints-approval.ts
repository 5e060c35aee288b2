import {
  approverNameDto,
  createApproverDto,
  forgotPasswordAnswerDto,
  forgotPasswordDto,
  onboardAnswerDto,
  onboardApproverDto,
  onboardingStatusDto,
  oneTimeCodeDto,
} from './approver-management.js';
import { endpoint, none } from './endpoint.js';
import { rejectTaskDto, sendApprovalDto, taskFilterDto, taskListDto } from './tasks.js';

const tasks = (path: string) => endpoint('POST', path, 'approver', 'read', taskFilterDto, taskListDto);
const manager = 'approverKeyManagement';
const management = '/v1/approverManagement';

/** The approver's side, and the management of approvers (`tsb-rest-api.md` §5.1, §5.7). */
export const approvalEndpoints = {
  signTasks: tasks('/v1/filteredSignApprovalTask'),
  decryptTasks: tasks('/v1/filteredDecryptApprovalTask'),
  unwrapTasks: tasks('/v1/filteredUnwrapKeyApprovalTask'),
  blockTasks: tasks('/v1/filteredBlockKeyApprovalTask'),
  unblockTasks: tasks('/v1/filteredUnblockKeyApprovalTask'),
  modifyTasks: tasks('/v1/filteredModifyKeyApprovalTask'),
  allTasks: tasks('/v1/filteredAllApprovalTask'),
  approval: endpoint('POST', '/v1/approval', 'approver', 'create', sendApprovalDto, none),
  rejectTask: endpoint('PATCH', '/v1/task', 'approver', 'idempotent', rejectTaskDto, none),
  onboardApprover: endpoint('POST', '/v1/approver/onboard', 'approver', 'create', onboardApproverDto, onboardAnswerDto),

  createApprover: endpoint('POST', `${management}/create`, manager, 'create', createApproverDto, oneTimeCodeDto),
  renewOneTimeCode: endpoint('POST', `${management}/renewOneTimeCode`, manager, 'create', approverNameDto, oneTimeCodeDto),
  onboardingStatus: endpoint('GET', `${management}/onboarding/status`, manager, 'read', none, onboardingStatusDto),
  restoreApprover: endpoint('POST', `${management}/restoreFromBackup`, manager, 'create', approverNameDto, oneTimeCodeDto),
  forgotBackupPassword: endpoint(
    'POST',
    `${management}/restoreFromBackup/forgotPassword`,
    manager,
    'create',
    forgotPasswordDto,
    forgotPasswordAnswerDto,
  ),
  deleteApprover: endpoint('DELETE', `${management}/delete/{approverName}`, manager, 'create', none, none),
} as const;
