import type { ApprovalWindow } from './backend.js';
import type { TimeEstimate } from './operation.js';

/**
 * When approvals of an undecided request count, as far as this side can tell: by the widest window of its rules.
 * @param createdAt when this side made the request, milliseconds since 1970; `undefined` when nobody here remembers
 */
export function timeEstimate(
  windows: readonly ApprovalWindow[],
  createdAt: number | undefined,
  now: number,
): TimeEstimate | undefined {
  if (createdAt === undefined || windows.length === 0) return undefined;
  const opensAfterMs = Math.min(...windows.map((window) => window.opensAfterMs));
  const closesAfterMs = Math.max(...windows.map((window) => window.closesAfterMs ?? Number.POSITIVE_INFINITY));
  return {
    source: 'local',
    ...(opensAfterMs > 0 && { opensAt: createdAt + opensAfterMs }),
    ...(Number.isFinite(closesAfterMs) && {
      closesAt: createdAt + closesAfterMs,
      timeLeftMs: Math.max(0, createdAt + closesAfterMs - now),
    }),
  };
}
