import { verifyAuditLog } from '@securosys/sign/audit';
import { anchorOptions, logFolder, typedAnchors } from '../auditing/log-folder.js';
import { auditReportLines } from '../auditing/report-lines.js';
import type { Command } from '../command.js';

/** `audit verify`. */
export const command: Command = {
  describe:
    'Verifies an audit log from its first to its last line. Consistent: the lines fit together. Anchored: a checkpoint of a key that you name, or a head that you know, vouches for them too; whoever names one gets no less. Broken: the first line that does not fit is named.',
  arguments: [{ name: 'folder', describe: 'of the log; default: auditLog of the configuration', optional: true }],
  options: anchorOptions,
  examples: ['securosys-sign audit verify /var/log/sign --checkpoint-key audit.pub --checkpoint kept.json'],
  run: async (context) => {
    const { output, signal } = context;
    const { after, ...anchors } = await typedAnchors(context);
    const report = await verifyAuditLog(await logFolder(context), { ...anchors, ...(after && { after }), signal });
    output.result(report, auditReportLines(report));
    if (report.verdict === 'broken') return 'data';
    // Who expects somebody to vouch for the log does not take its own word (S32).
    return report.verdict === 'consistent' && Object.keys(anchors).length > 0 ? 'refused' : 'ok';
  },
};
