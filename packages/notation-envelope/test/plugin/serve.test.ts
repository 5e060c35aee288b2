import { describe, expect, it } from 'vitest';
import { progressText, terminalProgress } from '../../src/serve/terminal.js';

const progress = {
  keyId: 'release\u001b[2J',
  title: 'Notary signature of sha256:00',
  requestId: '1-2-3',
  status: 'pending',
  waitsUntil: 0,
  approvals: { approvedBy: ['Ada'], notYetApprovedBy: ['Ben\nsays yes'], rejectedBy: [] },
} as const;

describe('what the terminal shows while people decide', () => {
  it('says what is signed, which request it is, who has approved and who has not, and nothing that a terminal obeys (S11)', () => {
    expect(progressText(progress)).toBe(
      [
        'Notary signature of sha256:00, key release\\u{1b}[2J',
        '  request 1-2-3: pending',
        '  approved by: Ada',
        '  not yet approved by: Ben\\u{a}says yes',
      ].join('\n'),
    );
  });

  it('shows a key without a name by its whole digest', () => {
    const key = Buffer.alloc(91, 7).toString('base64');
    const approvals = { approvedBy: [key], notYetApprovedBy: [], rejectedBy: [] };
    expect(progressText({ ...progress, approvals })).toMatch(/approved by: key sha256:[0-9a-f]{64}$/m);
  });

  it('is no error where there is no terminal', () => {
    const tell = terminalProgress('notation-example');
    expect(() => tell({ ...progress, requestId: 'a' })).not.toThrow();
  });
});
