// Writes to an audit log in a process of its own, and says which records are durable. It can be told to die at a step: no `finally` runs.
// Runs on the built packages: plain JavaScript, because a compiler would take longer than the process that runs it.
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { openAuditLog } from '@securosys/sign/audit';

const { folder, name, count, together = 1, maxFileBytes, dieAt, dieWith = 1, endless } = JSON.parse(process.argv[2]);
const say = (what) => writeSync(1, `${JSON.stringify(what)}\n`);

let hits = 0;
/** Dies where it is told to, when it comes there for the `dieWith`th time. */
function step(what) {
  if (what === dieAt && ++hits === dieWith) process.kill(process.pid, 'SIGKILL');
}

const open = files.open;
files.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  const isLock = String(path).includes('.lock-');
  const isLog = String(path).endsWith('.jsonl');
  if (isLock) step('lock raised');
  if (isLog) {
    step('file opened');
    const { writeFile, datasync } = file;
    file.writeFile = async (bytes) => {
      const middle = bytes.length >> 1;
      // In the middle of a line.
      const half = bytes[middle - 1] === 0x0a ? middle - 5 : middle;
      await writeFile.call(file, bytes.subarray(0, half));
      step('half written');
      await writeFile.call(file, bytes.subarray(half));
      step('written');
    };
    file.datasync = async () => {
      await datasync.call(file);
      step('synced');
    };
  }
  return file;
};
const unlink = files.unlink;
files.unlink = async (path) => {
  await unlink(path);
  if (String(path).includes('.lock-')) step('lock given back');
};

const log = openAuditLog({ folder, ...(maxFileBytes && { maxFileBytes }) });
for (let i = 0; endless || i < count; i += together)
  await Promise.all(
    Array.from({ length: together }, async (_, j) => {
      const { seq, hash } = await log.append({ kind: 'note', name, i: i + j, text: 'x'.repeat(200) });
      say({ seq, hash });
    }),
  );
await log.close();
