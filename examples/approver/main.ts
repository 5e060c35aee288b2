// npx tsx examples/approver/main.ts list --config tsb.json --key ada.pem --timestamp-key timestamp-key.pem
import { createInterface } from 'node:readline/promises';
import { SignError } from '@securosys/core';
import { run } from './approve.js';

const questions = createInterface({ input: process.stdin, output: process.stdout });
try {
  process.exitCode = await run(process.argv.slice(2), {
    print: console.log,
    complain: console.error,
    ask: (question) => questions.question(question),
  });
} catch (error) {
  console.error(SignError.is(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
} finally {
  questions.close();
}
