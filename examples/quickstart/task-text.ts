import type { TaskView } from '@securosys/tsb-client';

/** What a person decides on: what the bytes prove, apart from what somebody says. */
export function taskText(name: string, task: TaskView): string[] {
  const { facts } = task;
  const row = (label: string, value: string | number | undefined) => `     ${label.padEnd(9)}${value ?? '-'}`;
  return [
    `${name} reads: ${task.operation} with key '${task.keyLabel}'`,
    '  PROVEN by the very bytes that will be signed:',
    row('what', facts?.format),
    row('digest', facts?.subject?.digest),
    row('size', facts?.subject && `${facts.subject.size} bytes of manifest`),
    row('signed', facts?.signedAt),
    row('expires', facts?.expiresAt ?? 'never'),
    '  CLAIMED by whoever asks; nothing proves it:',
    ...Object.entries(task.claims).map(([claim, value]) => row(claim, value)),
    ...(task.risks.length > 0 ? [`  Think about: ${task.risks.join(', ')}`] : []),
  ];
}
