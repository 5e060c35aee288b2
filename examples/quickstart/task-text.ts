import type { TaskView } from '@securosys/tsb-client';

/** What a person decides on: what the bytes prove, apart from what somebody says. */
export function taskText(name: string, task: TaskView): string[] {
  const { facts } = task;
  const row = (label: string, value: string | number | undefined) => `     ${label.padEnd(18)}${value ?? '-'}`;
  const signing = [
    '  PROVEN by the very bytes that will be signed:',
    row('what', facts?.format),
    row('digest', facts?.subject?.digest),
    row('size', facts?.subject && `${facts.subject.size} bytes of manifest`),
    row('signed', facts?.signedAt),
    row('expires', facts?.expiresAt ?? 'never'),
  ];
  // Of what is encrypted, the bytes say nothing: which image it opens is the word of whoever asks.
  const opening = ['  PROVEN by the request:', row('what', 'one secret is decrypted'), row('sha256', task.payloadSha256)];
  return [
    `${name} reads: ${task.operation} with key '${task.keyLabel}'`,
    ...(task.operation === 'decrypt' ? opening : signing),
    '  CLAIMED by whoever asks; nothing proves it:',
    ...Object.entries(task.claims).map(([claim, value]) => row(claim.replace(/^unverified /, ''), value)),
    ...(task.risks.length > 0 ? [`  Think about: ${task.risks.join(', ')}`] : []),
  ];
}
