import { isCharacterDevice, writeNow } from '@securosys/core/serve';
import type { TextSink } from './io.js';

/** Resolves when what was written before has left the process, or cannot leave it. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write('', () => resolve()));

/** What the process writes to. */
export interface ProcessSinks {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** @returns whether all of it has arrived: a pager may have been left, or a disk be full */
  flush(): Promise<boolean>;
}

/**
 * stdout and stderr. Node makes a stream when it is first touched, which takes longer than many commands run: so terminals have theirs when something
 * is written to them, and files and pipes none, but for what does not fit into a pipe that does not block.
 */
export function processSinks(): ProcessSinks {
  const used = new Set<NodeJS.WriteStream>();
  let lost = false;
  const open = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
    if (!used.has(stream)) {
      used.add(stream);
      stream.on('error', () => {
        lost = true;
      });
    }
    return stream;
  };
  const sinkOf = (file: 1 | 2, streamOf: () => NodeJS.WriteStream): TextSink => {
    if (isCharacterDevice(file)) return open(streamOf());
    let stream: NodeJS.WriteStream | undefined;
    return {
      write(text) {
        if (stream) return stream.write(text);
        const left = writeNow(file, text);
        if (!left) lost = true;
        else if (left.byteLength > 0) {
          // What comes later stays behind it.
          stream = open(streamOf());
          stream.write(left);
        }
        return true;
      },
    };
  };
  const sinks: { stdout?: TextSink; stderr?: TextSink } = {};
  return {
    get stdout() {
      sinks.stdout ??= sinkOf(1, () => process.stdout);
      return sinks.stdout;
    },
    get stderr() {
      sinks.stderr ??= sinkOf(2, () => process.stderr);
      return sinks.stderr;
    },
    async flush() {
      await Promise.all([...used].map(flushed));
      return !lost;
    },
  };
}
