import type { Certificate } from '@securosys/pki';
import { shownTime } from '../output/inspected-lines.js';
import type { Line } from '../output/output.js';

/** A certificate for programs. */
export const certificateData = ({ subjectText, serial, notBefore, notAfter, thumbprint }: Certificate) => ({
  subject: subjectText,
  serial,
  notBefore: shownTime(notBefore),
  notAfter: shownTime(notAfter),
  sha256: thumbprint,
});

/** A certificate in three lines for people. */
export const certificateLines = ({ subjectText, notBefore, notAfter, thumbprint }: Certificate): Line[] => [
  { text: subjectText, tone: 'strong' },
  `  valid from ${shownTime(notBefore)} to ${shownTime(notAfter)}`,
  `  certificate SHA-256 ${thumbprint}`,
];
